import { expect, test } from 'vitest'
import { readPing } from '../../../src/probes/icmp/sayings.ts'
import { peerOf } from '../../support/prober.ts'

const head = 'PING 10.0.0.1 (10.0.0.1) 56(84) bytes of data.'
const reply = '64 bytes from 10.0.0.1: icmp_seq=2 ttl=64 time=0.125 ms'
const stranger = '64 bytes from 10.0.0.9: icmp_seq=1 ttl=64 time=0.1 ms (DIFFERENT ADDRESS!)'
const unreachable = 'From 10.0.0.254 icmp_seq=1 Destination Host Unreachable'
const end = '\n--- 10.0.0.1 ping statistics ---\n1 packets transmitted'

const read = (lines: readonly string[], exitCode = 1) =>
  readPing([...lines, ''].join('\n'), exitCode, peerOf('10.0.0.1'), 1000)

test.each([
  ['alone', [head, reply, end]],
  ['after an unreachable notice', [head, unreachable, reply, end]],
  ['after a stranger’s', [head, stranger, reply, end]],
])('a good reply counts: %s', (_, lines) => {
  expect(read(lines, 0)).toMatchObject({ kind: 'reply', rttNs: 125_000, clock: 'unknown' })
})

const failures = {
  [unreachable]: ['host-unreachable', 'from 10.0.0.254'],
  'From 10.0.0.254 icmp_seq=1 Destination Net Unreachable': 'network-unreachable',
  'From 10.0.0.254 icmp_seq=1 Destination Port Unreachable': 'refused',
  'From 10.0.0.254 icmp_seq=1 Packet filtered': 'prohibited',
  'From 10.0.0.254 icmp_seq=1 Destination Host Prohibited': 'prohibited',
  'From 10.0.0.254 icmp_seq=1 Time to live exceeded': 'host-unreachable',
  'From fd00::1 icmp_seq=1 Destination unreachable: Administratively prohibited': [
    'prohibited',
    'from fd00::1',
  ],
  'From fd00::1%eth0 icmp_seq=1 Destination unreachable: No route': 'network-unreachable',
  'From fd00::1: icmp_seq=1 Destination unreachable: Address unreachable': 'host-unreachable',
  'From fd00::1 icmp_seq=1 Time exceeded: Hop limit': 'host-unreachable',
  'ping: connect: No route to host': 'host-unreachable',
  'ping: connect: Network is unreachable': 'network-unreachable',
  'ping: connect: Invalid argument': 'invalid-route',
  'ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules':
    'prohibited',
  'ping: sendmsg: Operation not permitted': 'prohibited',
  'ping: sendmsg: No buffer space available': 'no-resources',
  'ping: socket: Operation not permitted': 'not-permitted',
  'ping: => missing cap_net_raw+p capability or setuid?': 'not-permitted',
  [stranger]: 'bad-reply',
  '64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=8683304030682904 ms': 'bad-reply',
} satisfies Record<string, string | readonly [string, string]>

test.each(Object.entries(failures))('%s', (line, expected) => {
  const [reason, detail] = [expected].flat()
  const result = read([head, line, end])
  expect(result).toMatchObject({ kind: 'failure', reason, ...(detail ? { detail } : {}) })
})

test('silence is a timeout, but not of a ping that failed', () => {
  expect(read([head, end])).toMatchObject({ reason: 'timeout' })
  expect(read([head, end], 2)).toMatchObject({ reason: 'no-resources' })
})

test.each(['', 'hello', 'hello world', 'what a nice day', 'PING x', `${head}\n= = = ms`])(
  'output that no ping prints (%j) is our trouble, and breaks nothing',
  line => {
    expect(read([line])).toMatchObject({ kind: 'failure', reason: 'no-resources' })
  },
)
