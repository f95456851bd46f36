import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatHealth } from '../../../src/ui/text/agent-status.ts'
import { golden, goldenJson } from './golden.ts'

const nowMs = Date.parse('2026-01-08T10:00:00Z')
const linesOf = (cilium: unknown) => formatHealth({ cilium }, { nowMs }).split('\n')
/** The line that begins so, its columns parted by bars. */
const line = (cilium: unknown, start: string) =>
  linesOf(cilium)
    .find(line => line.startsWith(start))
    ?.replaceAll(/ {3,}/g, '|')

test.each(['1.19dev', '1.5.0'])('%s: prints what the real client prints', version => {
  expect(formatHealth(goldenJson(`get/${version}-response.json`), { nowMs })).toBe(
    golden(`get/${version}-get.out`),
  )
})

test('without anything there still are the lines that are always there', () => {
  expect(formatHealth(null, { nowMs })).toBe(
    'Daemon uptime:           \n' +
      'Node load:                 \n' +
      'NodeMonitor:             Disabled\n' +
      'Proxy Status:            No managed proxy redirect\n' +
      'Global Identity Range:   Unknown\n',
  )
})

test.each([
  ['Kubernetes', { kubernetes: { state: 'Disabled' } }, 'Kubernetes:|Disabled|'],
  ['CNI Chaining', { 'cni-chaining': { mode: 'none' } }, 'CNI Chaining:|none'],
  ['CNI Config file', { 'cni-file': { msg: 'written' } }, 'CNI Config file:|written'],
  ['SRv6', { srv6: { enabled: true, srv6EncapMode: 'SRH' } }, 'SRv6:|Enabled|[encap-mode: SRH]'],
  [
    'Host firewall',
    { 'host-firewall': { mode: 'Enabled', devices: ['a', 'b'] } },
    'Host firewall:|Enabled|[a, b]',
  ],
  [
    'Host firewall',
    { 'host-firewall': { mode: 'Disabled', devices: ['a'] } },
    'Host firewall:|Disabled',
  ],
  [
    'KubeProxyReplacement',
    {
      'kube-proxy-replacement': {
        mode: 'True',
        directRoutingDevice: 'b',
        deviceList: [{ name: 'a', ip: ['1', '2'] }, { name: 'b' }],
        devices: ['a', 'b'],
      },
    },
    'KubeProxyReplacement:|True|[a 1 2, b  (Direct Routing)]',
  ],
  [
    'KubeProxyReplacement',
    { 'kube-proxy-replacement': { mode: 'False', deviceList: [{ name: 'a' }] } },
    'KubeProxyReplacement:|False|',
  ],
  [
    'KubeProxyReplacement',
    { 'kube-proxy-replacement': { mode: 'Disabled', deviceList: [{ name: 'a', ip: ['1'] }] } },
    'KubeProxyReplacement:|Disabled|[a 1, ]',
  ],
  ['Stale status', { stale: {} }, 'Stale status:|'],
  [
    'Stale status',
    { stale: { b: '2026-01-08T09:00:00Z', a: '' } },
    'Stale status:|"a" since 0001-01-01T00:00:00.000Z, "b" since 2026-01-08T09:00:00.000Z',
  ],
  [
    'IPv4 BIG TCP',
    { 'ipv4-big-tcp': { enabled: true, maxGRO: 1, maxGSO: 2 } },
    'IPv4 BIG TCP:|Enabled|[1, 2]',
  ],
  ['IPv6 BIG TCP', { 'ipv6-big-tcp': {} }, 'IPv6 BIG TCP:|Disabled'],
  [
    'BandwidthManager',
    { 'bandwidth-manager': { enabled: true, congestionControl: 'bbr', devices: ['a'] } },
    'BandwidthManager:|EDT with BPF [BBR] [a]',
  ],
  [
    'Routing',
    {
      routing: {
        'inter-host-routing-mode': 'Tunnel',
        'tunnel-protocol': 'vxlan',
        'intra-host-routing-mode': 'BPF',
      },
    },
    'Routing:|Network: Tunnel [vxlan]|Host: BPF',
  ],
  ['Attach Mode', { 'attach-mode': 'tcx' }, 'Attach Mode:|TCX'],
  ['Device Mode', { 'datapath-mode': 'new' }, 'Device Mode:|?'],
  [
    'Masquerading',
    { masquerading: { mode: 'iptables', enabledProtocols: { ipv4: true } } },
    'Masquerading:|IPTables [IPv4: Enabled, IPv6: Disabled]',
  ],
  [
    'Masquerading',
    {
      'kube-proxy-replacement': { deviceList: [{ name: 'a' }] },
      masquerading: {
        mode: 'BPF',
        'snat-exclusion-cidr-v4': '10.0.0.0/8',
        enabledProtocols: { ipv4: true },
      },
    },
    'Masquerading:|BPF|[a]|10.0.0.0/8 [IPv4: Enabled, IPv6: Disabled]',
  ],
  [
    'Hubble',
    {
      hubble: {
        state: 'Ok',
        observer: { 'current-flows': 5, 'max-flows': 8, 'seen-flows': 30, uptime: '1m0s' },
        metrics: { state: 'Disabled' },
      },
    },
    'Hubble:|Ok|Current/Max Flows: 5/8 (62.50%), Flows/s: 0.50|Metrics: Disabled',
  ],
  [
    'Hubble',
    { hubble: { state: 'Ok', observer: { 'seen-flows': 1001, uptime: '8s' } } },
    'Hubble:|Ok|Flows/s: 125.12',
  ],
  [
    'Encryption',
    {
      encryption: {
        mode: 'Wireguard',
        wireguard: {
          'node-encryption': 'Disabled',
          interfaces: [
            { name: 'cilium_wg0', 'public-key': 'K', 'listen-port': 51871, 'peer-count': 2 },
          ],
        },
      },
    },
    'Encryption:|Wireguard|[NodeEncryption: Disabled, cilium_wg0 (Pubkey: K, Port: 51871, Peers: 2)]',
  ],
])('%s', (name, cilium, expected) => {
  expect(line(cilium, `${name}:`)).toBe(expected)
})

test('failing controllers are listed with how long ago, the others only counted', () => {
  const status = {
    'consecutive-failure-count': 3,
    'last-failure-timestamp': '2026-01-08T09:56:57.500Z',
    'last-failure-msg': 'refused',
  }
  const controllers = [{ name: 'b', status }, { name: 'well', status: {} }, { name: 'odd' }]
  expect(linesOf({ controllers }).slice(3, 6)).toEqual([
    'Controller Status:   2/3 healthy',
    '  Name   Last success   Last error   Count   Message',
    '  b      never          3m2s ago     3       refused   ',
  ])
})

test('clusters that are not ready are explained', () => {
  const clusters = [
    { name: 'east', ready: true },
    { name: 'west', status: 'waiting', 'num-nodes': 2, config: { required: true }, synced: {} },
  ]
  expect(linesOf({ 'cluster-mesh': { clusters } }).slice(3, 8)).toEqual([
    'ClusterMesh:     1/2 clusters ready, 0 global-services',
    '   west: not-ready, 2 nodes, 0 endpoints, 0 identities, 0 services, 0 failures (last: never)',
    '   └  waiting',
    '   └  remote configuration: expected=true, retrieved=false',
    '   └  synchronization status: nodes=false, endpoints=false, identities=false, services=false',
  ])
})

test('whatever comes, there is a text', () => {
  const parts = [
    'cluster',
    'controllers',
    'ipam',
    'hubble',
    'stale',
    'masquerading',
    'cluster-mesh',
  ]
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (anything, other) => {
      const cilium = Object.fromEntries(parts.map(part => [part, anything]))
      const lists = {
        controllers: [other, { status: other }],
        'cluster-mesh': { clusters: [other] },
      }
      for (const given of [anything, { cilium }, { cilium: { ...cilium, ...lists } }]) {
        expect(formatHealth(given, { nowMs })).toMatch(/^Daemon uptime:/)
      }
    }),
  )
})
