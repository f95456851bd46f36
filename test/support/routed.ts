import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Outcome, ProbeKind } from '../../src/core/model/probe.ts'
import type { ProberState } from '../../src/core/model/prober.ts'
import type { ProberSettings } from '../../src/probes/index.ts'
import { twoNamespaces } from './namespaces.ts'

const program = fileURLToPath(new URL('../probes/probe-once.ts', import.meta.url))

/** `afterMs`: from the order to probe to when the prober found it, both by its own process. */
export type Timed = Outcome & { readonly afterMs: number }

export interface Told {
  readonly outcomes: Readonly<Record<string, Readonly<Record<ProbeKind, Timed>>>>
  readonly abilities: ProberState['abilities']
}

const openPingRange = 'net.ipv4.ping_group_range=0 2147483647'
const forwarding = [
  ...['net.ipv4.ip_forward=1', 'net.ipv4.icmp_ratelimit=0'],
  ...['net.ipv6.conf.all.forwarding=1', 'net.ipv6.icmp.ratelimit=0'],
]
const routes = {
  here: ['blackhole 10.96.0.0/24', 'unreachable 10.96.1.0/24', 'prohibit 10.96.2.0/24'],
  there: ['unreachable 10.96.3.0/24', 'prohibit 10.96.4.0/24', 'blackhole 10.96.5.0/24'],
  /** A neighbour that is not there: a hop more. */
  beyond: '10.96.6.0/24 via 10.99.0.77',
}

/** The same of IPv6: `10.96.3.0/24` is `fd00:96:3::/64`. */
const sixOf = (route: string) => route.replace(/10\.96\.(\d)\.0\/24/, 'fd00:96:$1::/64')

/**
 * Two namespaces, the far one a router with routes that lead nowhere; anew for each test: a router
 * tells a host of five errors at once, then of one a second.
 */
export function openRouted() {
  const net = twoNamespaces()
  const run = (side: 'here' | 'there', ...command: readonly string[]) =>
    execFileSync('ip', ['netns', 'exec', net[side].name, ...command], { stdio: 'pipe' })
  const addRoute = (side: 'here' | 'there', route: string) =>
    run(side, 'ip', 'route', 'add', ...route.split(' '))
  run('here', 'sysctl', '-qw', openPingRange)
  run('there', 'sysctl', '-qw', ...forwarding)
  for (const [side, last] of [['here', 1] as const, ['there', 2] as const])
    run(side, ...`ip addr add fd00:99::${last}/64 dev ${net[side].link} nodad`.split(' '))
  for (const side of ['here', 'there'] as const)
    for (const route of routes[side]) for (const each of [route, sixOf(route)]) addRoute(side, each)
  addRoute('there', routes.beyond)
  for (const third of [3, 4, 5, 6]) addRoute('here', `10.96.${third}.0/24 via 10.99.0.2`)
  for (const third of [3, 4, 5]) addRoute('here', `fd00:96:${third}::/64 via fd00:99::2`)

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
  return { ...net, run, probe, [Symbol.dispose]: () => net.close() }
}
