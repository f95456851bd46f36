import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, test as each, expect } from 'vitest'
import type { Outcome, ProbeKind } from '../../src/core/model/probe.ts'
import type { ProberState } from '../../src/core/model/prober.ts'
import type { ProberSettings } from '../../src/probes/index.ts'
import { noNamespaces, twoNamespaces } from '../support/namespaces.ts'

const program = fileURLToPath(new URL('./probe-once.ts', import.meta.url))
const why = noNamespaces()
const openPingRange = 'net.ipv4.ping_group_range=0 2147483647'

interface Told {
  readonly outcomes: Readonly<Record<string, Readonly<Record<ProbeKind, Outcome>>>>
  readonly abilities: ProberState['abilities']
}

/** Two namespaces, anew for each test: a router tells a host of five errors at once, then of one a second. */
function openNet() {
  const net = twoNamespaces()
  const run = (side: 'here' | 'there', ...command: readonly string[]) =>
    execFileSync('ip', ['netns', 'exec', net[side].name, ...command], { stdio: 'pipe' })
  run('here', 'sysctl', '-qw', openPingRange)
  run('here', 'sysctl', '-qw', 'net.ipv4.ip_default_ttl=1')
  run('there', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.icmp_ratelimit=0')
  const routes = {
    here: ['blackhole 10.96.0.0/24', 'unreachable 10.96.1.0/24', 'prohibit 10.96.2.0/24'],
    there: [
      ...['unreachable 10.96.3.0/24', 'prohibit 10.96.4.0/24', 'blackhole 10.96.5.0/24'],
      '10.96.6.0/24 via 10.99.0.77', // a hop more than the TTL allows
    ],
  }
  for (const route of routes.here) run('here', 'ip', 'route', 'add', ...route.split(' '))
  for (const route of routes.there) run('there', 'ip', 'route', 'add', ...route.split(' '))
  for (const third of [3, 4, 5, 6])
    run('here', 'ip', 'route', 'add', `10.96.${third}.0/24`, 'via', '10.99.0.2')

  const probe = async (
    settings: Partial<ProberSettings>,
    ips: readonly string[],
    as: readonly string[] = [],
  ): Promise<Told> => {
    const command = [...as, process.execPath, program, JSON.stringify(settings), ...ips]
    const inside = ['netns', 'exec', net.here.name, ...command]
    const { stdout } = await promisify(execFile)('ip', inside, { timeout: 15_000 })
    return JSON.parse(stdout)
  }
  const received = () => net.counter(net.there, 'Ip', 'InReceives')
  return { run, probe, there: net.there.name, received, [Symbol.dispose]: () => net.close() }
}

describe.skipIf(why !== '')(`probing in network namespaces${why && ` (skipped: ${why})`}`, () => {
  const test = each.concurrent

  const expected = {
    '10.99.0.2': { icmp: { kind: 'reply', clock: 'kernel' }, http: { reason: 'refused' } },
    '10.96.0.1': { icmp: { reason: 'invalid-route' }, http: { reason: 'invalid-route' } },
    '10.96.1.1': { icmp: { reason: 'host-unreachable' }, http: { reason: 'host-unreachable' } },
    '10.96.2.1': { icmp: { reason: 'prohibited' }, http: { reason: 'prohibited' } },
    '10.96.3.1': {
      icmp: { reason: 'host-unreachable', detail: 'from 10.99.0.2' },
      http: { reason: 'host-unreachable' },
    },
    '10.96.4.1': {
      icmp: { reason: 'prohibited', detail: 'administratively prohibited, from 10.99.0.2' },
    },
    '10.96.5.1': { icmp: { reason: 'timeout' }, http: { reason: 'timeout' } },
    '10.98.0.1': {
      icmp: { reason: 'network-unreachable' },
      http: { reason: 'network-unreachable' },
    },
  }

  test.for(['datagram', 'raw'] as const)(
    'each way to be unreachable has its own reason, by a %s socket, and spoils no neighbour',
    async (icmp, { expect }) => {
      using net = openNet()
      const told = await net.probe({ icmp, timeoutMs: 1000 }, Object.keys(expected))
      expect(told.abilities.icmp4).toMatchObject({ kind: 'ready', method: `${icmp} socket` })
      expect(told.outcomes).toMatchObject(expected)
    },
  )

  test('a lost SYN is sent again by the kernel, and told', async ({ expect, onTestFinished }) => {
    using net = openNet()
    const serve = "require('http').createServer((_, answer) => answer.end()).listen(4240)"
    const inside = ['netns', 'exec', net.there, process.execPath, '-e', `${serve};console.log()`]
    const server = spawn('ip', inside, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void server.kill())
    await once(server.stdout, 'data')
    // Who has no way back to us hears nothing from us.
    const noWayBack = ['blackhole', '10.99.0.1']
    net.run('there', 'ip', 'route', 'add', ...noWayBack)
    const before = net.received()
    const probing = net.probe({ icmp: 'off', timeoutMs: 10_000, httpPort: 4240 }, ['10.99.0.2'])
    while (net.received() === before) await new Promise(done => setTimeout(done, 20))
    net.run('there', 'ip', 'route', 'del', ...noWayBack)
    const { http } = (await probing).outcomes['10.99.0.2'] ?? {}
    if (http?.kind !== 'reply') throw new Error('no reply')
    expect(http.clock).toBe('process')
    expect(http.retransmits).toBeGreaterThanOrEqual(1)
    expect(http.connectNs).toBeGreaterThan(500e6)
  })

  test('a packet that needs more hops than it has is told with who gave it up', async ({
    expect,
  }) => {
    using net = openNet()
    const told = await net.probe({ timeoutMs: 1000, http: 'off' }, ['10.96.6.1'])
    expect(told.outcomes['10.96.6.1']?.icmp).toMatchObject({
      reason: 'host-unreachable',
      detail: 'TTL exceeded, from 10.99.0.2',
    })
  })

  const closePingRange = ['sysctl', '-qw', 'net.ipv4.ping_group_range=1 0']
  const drop = (...rest: readonly string[]) => ['setpriv', ...rest]
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups']
  const ready = (method: string) => ({ kind: 'ready', method, clock: 'kernel' })
  const off = (datagram: string, raw: string, gids: string) => ({
    kind: 'off',
    // What follows is why the system's ping does not help either: it may not ping, or not be run.
    why: expect.stringContaining(
      `no right to open an ICMP socket (datagram: ${datagram}, ping_group_range is "1 0", \
your gids: ${gids}; raw: ${raw}, no CAP_NET_RAW); ping`,
    ),
    remedies: [
      expect.stringContaining('sysctl -w net.ipv4.ping_group_range='),
      expect.stringContaining('CAP_NET_RAW'),
      expect.stringContaining('install a ping'),
    ],
  })

  /** Who may do what: with the ping group range that most kernels begin with, and an open one. */
  const cases = [
    { who: 'root', as: [], closed: ready('raw socket'), open: ready('datagram socket') },
    {
      who: 'root without CAP_NET_RAW',
      as: drop('--bounding-set=-net_raw', '--inh-caps=-net_raw'),
      closed: off('EACCES', 'EPERM', '0'),
      open: ready('datagram socket'),
    },
    {
      who: 'nobody',
      as: drop(...nobody, '--no-new-privs'),
      closed: off('EACCES', 'EPERM', '65534'),
      open: ready('datagram socket'),
    },
    {
      who: 'nobody with an ambient CAP_NET_RAW',
      as: drop(...nobody, '--inh-caps=+net_raw', '--ambient-caps=+net_raw'),
      closed: ready('raw socket'),
      open: ready('datagram socket'),
    },
  ] as const

  test.for(cases)('$who: ICMP by the way that is permitted', async (right, { expect }) => {
    using net = openNet()
    const ips = ['10.99.0.2', '::1']
    const open = await net.probe({ timeoutMs: 1000 }, ips, right.as)
    expect(open.abilities).toMatchObject({ icmp4: right.open, icmp6: right.open })
    net.run('here', ...closePingRange)
    const closed = await net.probe({ timeoutMs: 1000 }, ips, right.as)
    expect(closed.abilities).toMatchObject({ icmp4: right.closed, icmp6: right.closed })
    const permitted = right.closed.kind === 'ready'
    for (const ip of ips)
      expect(closed.outcomes[ip]).toMatchObject({
        icmp: permitted ? { kind: 'reply' } : { kind: 'failure', reason: 'not-permitted' },
        http: { kind: 'failure', reason: 'refused' },
      })
  })
})
