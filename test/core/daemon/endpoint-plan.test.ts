import { expect, test } from 'vitest'
import {
  checkNames,
  linkCommands,
  pairAddresses,
  routeCommands,
} from '../../../src/core/daemon/endpoint-plan.ts'

const planFor = (endpointIps: string, hostIps: string) => ({
  netns: 'cilium-health',
  link: 'cilium_health',
  pairs: pairAddresses(endpointIps, hostIps),
  port: 4240,
  pidfile: '/var/run/cilium/state/health-endpoint.pid',
})

const lines = (commands: readonly (readonly string[])[]) => commands.map(args => args.join(' '))

test('the endpoint is a namespace with one end of a veth pair', () => {
  expect(lines(linkCommands(planFor('10.244.0.9', '192.168.1.1')))).toEqual([
    'netns add cilium-health',
    'link add cilium_health type veth peer name cilium netns cilium-health',
  ])
})

test('it reaches all through its host, and the host reaches it', () => {
  expect(lines(routeCommands(planFor('10.244.0.9', '192.168.1.1'), 'aa:bb:cc:dd:ee:ff'))).toEqual([
    '-n cilium-health link set lo up',
    '-n cilium-health addr add 10.244.0.9/32 dev cilium',
    '-n cilium-health link set cilium up',
    'link set cilium_health up',
    '-n cilium-health neigh add 192.168.1.1 lladdr aa:bb:cc:dd:ee:ff dev cilium nud permanent',
    '-n cilium-health route add 192.168.1.1/32 dev cilium',
    '-n cilium-health -4 route add default via 192.168.1.1 dev cilium',
    'route add 10.244.0.9/32 dev cilium_health src 192.168.1.1',
  ])
})

test('with two families it has both, IPv4 first, and IPv6 without a search for duplicates', () => {
  const plan = planFor('fd00::9,10.244.0.9', '192.168.1.1,fd00::1')
  expect(plan.pairs).toEqual([
    { family: 4, endpoint: '10.244.0.9', host: '192.168.1.1' },
    { family: 6, endpoint: 'fd00::9', host: 'fd00::1' },
  ])
  const commands = lines(routeCommands(plan, 'aa:bb:cc:dd:ee:ff'))
  expect(commands).toContain('-n cilium-health addr add fd00::9/128 dev cilium nodad')
  expect(commands).toContain('-n cilium-health -6 route add default via fd00::1 dev cilium')
  expect(commands).toContain('route add fd00::9/128 dev cilium_health src fd00::1')
})

test.each([
  ['10.0.0.9,fd00::9', '10.0.0.1', '--endpoint-ip fd00::9 has no IPv6 address of the host'],
  ['10.0.0.9,10.0.0.8', '10.0.0.1', '--endpoint-ip: two IPv4 addresses'],
  ['10.0.0.9', '10.0.0.1/24', '--host-ip: "10.0.0.1/24" is no IP address'],
  ['', '10.0.0.1', '--endpoint-ip: "" is no IP address'],
  ['10.0.0.9', '-x', '--host-ip: "-x" is no IP address'],
])('%j and %j are refused', (endpointIps, hostIps, message) => {
  expect(() => pairAddresses(endpointIps, hostIps)).toThrow(message)
})

test.each([
  [{ netns: '../etc' }, '--netns "../etc"'],
  [{ netns: '-all' }, '--netns "-all"'],
  [{ netns: '' }, '--netns ""'],
  [{ link: 'sixteen_letters_' }, '--link "sixteen_letters_"'],
  [{ link: 'a/b' }, '--link "a/b"'],
])('%j is no name', (names, message) => {
  expect(() => checkNames({ netns: 'cilium-health', link: 'cilium_health', ...names })).toThrow(
    message,
  )
})
