import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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

describe.skipIf(why !== '')(`probing in network namespaces${why && ` (skipped: ${why})`}`, () => {
  let net: ReturnType<typeof twoNamespaces>
  const run = (side: 'here' | 'there', ...command: readonly string[]) =>
    execFileSync('ip', ['netns', 'exec', net[side].name, ...command], { stdio: 'pipe' })

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

  // Anew for each test: a router tells a host of five errors at once, and then of one a second.
  beforeEach(() => {
    net = twoNamespaces()
    run('here', 'sysctl', '-qw', openPingRange)
    run('there', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.icmp_ratelimit=0')
    const routes = {
      here: ['blackhole 10.96.0.0/24', 'unreachable 10.96.1.0/24', 'prohibit 10.96.2.0/24'],
      there: ['unreachable 10.96.3.0/24', 'prohibit 10.96.4.0/24', 'blackhole 10.96.5.0/24'],
    }
    for (const route of routes.here) run('here', 'ip', 'route', 'add', ...route.split(' '))
    for (const route of routes.there) run('there', 'ip', 'route', 'add', ...route.split(' '))
    for (const third of [3, 4, 5])
      run('here', 'ip', 'route', 'add', `10.96.${third}.0/24`, 'via', '10.99.0.2')
  })
  afterEach(() => net.close())

  const expected = {
    '10.99.0.2': { icmp: { kind: 'reply', clock: 'kernel' }, http: { reason: 'refused' } },
    '10.96.0.1': { icmp: { reason: 'invalid-route' }, http: { reason: 'invalid-route' } },
    '10.96.1.1': { icmp: { reason: 'host-unreachable' }, http: { reason: 'host-unreachable' } },
    '10.96.2.1': { icmp: { reason: 'prohibited' }, http: { reason: 'prohibited' } },
    '10.96.3.1': {
      icmp: { reason: 'host-unreachable', detail: 'from 10.99.0.2' },
      http: { reason: 'host-unreachable' },
    },
    '10.96.4.1': { icmp: { reason: 'host-unreachable', detail: 'from 10.99.0.2' } },
    '10.96.5.1': { icmp: { reason: 'timeout' }, http: { reason: 'timeout' } },
    '10.98.0.1': {
      icmp: { reason: 'network-unreachable' },
      http: { reason: 'network-unreachable' },
    },
  }

  test.each(['datagram', 'raw'] as const)(
    'each way to be unreachable has its own reason, by a %s socket, and spoils no neighbour',
    async icmp => {
      const told = await probe({ icmp, timeoutMs: 1000 }, Object.keys(expected))
      expect(told.abilities.icmp4).toMatchObject({ kind: 'ready', method: `${icmp} socket` })
      expect(told.outcomes).toMatchObject(expected)
    },
  )

  test('where both are allowed the datagram socket is chosen', async () => {
    const { abilities } = await probe({}, ['127.0.0.1', '::1'])
    expect(abilities.icmp4).toMatchObject({ method: 'datagram socket' })
    expect(abilities.icmp6).toMatchObject({ method: 'datagram socket' })
  })

  test('without any right ICMP is off with its remedies, and HTTP goes on', async () => {
    run('here', 'sysctl', '-qw', 'net.ipv4.ping_group_range=1 0')
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs']
    const told = await probe({ timeoutMs: 1000 }, ['10.99.0.2'], nobody)
    expect(told.abilities.icmp4).toMatchObject({
      kind: 'off',
      why: expect.stringContaining('ping_group_range is "1 0", your gids: 65534'),
      remedies: expect.arrayContaining([expect.stringContaining('sysctl -w')]),
    })
    expect(told.outcomes['10.99.0.2']).toMatchObject({
      icmp: { kind: 'failure', reason: 'not-permitted' },
      http: { kind: 'failure', reason: 'refused' },
    })
  })
})
