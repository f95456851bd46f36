import { expect, test } from 'vitest'
import { whatIsSaid } from '../../../src/probes/icmp/errors.ts'

const [local, icmp, icmp6] = [1, 2, 3]

test.each([
  ['a network that no router knows', icmp, 3, 0, 'ENETUNREACH', 'network-unreachable', ''],
  ['a host that does not answer ARP', icmp, 3, 1, 'EHOSTUNREACH', 'host-unreachable', ''],
  ['a firewall', icmp, 3, 13, 'EHOSTUNREACH', 'prohibited', 'administratively prohibited'],
  ['a firewall, IPv6', icmp6, 1, 1, 'EACCES', 'prohibited', 'administratively prohibited'],
  ['a loop', icmp, 11, 0, 'EHOSTUNREACH', 'host-unreachable', 'TTL exceeded'],
  ['a loop, IPv6', icmp6, 3, 0, 'EHOSTUNREACH', 'host-unreachable', 'hop limit exceeded'],
  ['no ICMP there', icmp, 3, 2, 'ENOPROTOOPT', 'host-unreachable', 'protocol unreachable'],
  ['a code of our future', icmp, 3, 99, 'EHOSTUNREACH', 'host-unreachable', ''],
  ['our own kernel', local, 0, 0, 'EACCES', 'prohibited', ''],
])('%s', (_, origin, type, code, error, reason, words) => {
  expect(whatIsSaid(origin, type, code, error)).toEqual({ reason, words })
})

test('a redirect, or a packet that is too big, ends no wait', () => {
  expect(whatIsSaid(icmp, 5, 1, 'EREMOTEIO')).toBeUndefined()
  expect(whatIsSaid(icmp6, 2, 0, 'EMSGSIZE')).toBeUndefined()
})
