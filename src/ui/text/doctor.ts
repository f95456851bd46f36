import type { Ability, ProberState } from '../../core/model/prober.ts'
import { safeFor } from './safe.ts'

/** One way to ping; `says`: what it offers, or why it cannot be used. */
export interface WayFound {
  readonly usable: boolean
  readonly says: string
}

export interface IcmpWays {
  readonly datagram: WayFound
  readonly raw: WayFound
  readonly system: WayFound
}

/** What a machine lets us do, and why; of what could not be read there is nothing. */
export interface Checkup {
  readonly version: string
  readonly node: { readonly version: string; readonly wanted: string; readonly good: boolean }
  readonly canProbe: boolean
  readonly abilities: ProberState['abilities']
  readonly icmp4: IcmpWays
  readonly icmp6: IcmpWays
  readonly nativeSockets: WayFound
  readonly pingGroupRange?: string
  readonly gids: readonly number[]
  readonly capabilities?: Readonly<Record<'NET_RAW' | 'NET_ADMIN', boolean>>
  readonly rmemMaxBytes?: number
  /** Where each program is; absent where it is not. */
  readonly programs: Readonly<Partial<Record<Program, string>>>
  readonly health: SocketFile
  readonly agent: SocketFile
}

export const programs = ['ip', 'ping', 'fping'] as const
export type Program = (typeof programs)[number]

export interface SocketFile {
  readonly path: string
  readonly state: 'ready' | 'absent' | 'not permitted' | 'no socket'
}

type Mark = 'ok' | 'off' | '-'
type Row = readonly [mark: Mark, what: string, says: string]

/** A check-up for people: a line each, what is permitted and why, the ways out beneath. */
export function formatCheckup(checkup: Checkup): string {
  const rows = [
    ...abilityRows(checkup),
    ...rightsRows(checkup),
    ...programs.map(name => programRow(name, checkup.programs[name])),
    fileRow('health socket', checkup.health),
    fileRow('agent socket', checkup.agent),
    nodeRow(checkup.node),
  ]
  const width = Math.max(...rows.map(([, what]) => what.length))
  const lines = rows.map(([mark, what, says]) =>
    `${mark.padEnd(3)}  ${what.padEnd(width)}  ${says}`.trimEnd(),
  )
  const text = [...lines, '', ...verdictLines(checkup)].join('\n')
  return `${safeFor({ terminal: true }, text)}\n`
}

function abilityRows(checkup: Checkup): Row[] {
  const { abilities, icmp4, icmp6, nativeSockets } = checkup
  return [
    abilityRow('ICMP, IPv4', abilities.icmp4),
    ...wayRows(icmp4),
    abilityRow('ICMP, IPv6', abilities.icmp6),
    ...wayRows(icmp6),
    abilityRow('HTTP', abilities.http),
    wayRow('native sockets (koffi)', nativeSockets),
  ]
}

const abilityRow = (what: string, ability: Ability): Row =>
  ability.kind === 'ready'
    ? ['ok', what, `${ability.method}, ${clockNames[ability.clock]}`]
    : ['off', what, ability.why]

const clockNames = {
  kernel: 'timed by the kernel',
  process: 'timed by this process',
  unknown: 'timed by others',
} as const

const wayRows = ({ datagram, raw, system }: IcmpWays): Row[] => [
  wayRow('  datagram socket', datagram),
  wayRow('  raw socket', raw),
  wayRow('  system ping', system),
]

const wayRow = (what: string, { usable, says }: WayFound): Row => [usable ? 'ok' : '-', what, says]

function rightsRows({ pingGroupRange, gids, capabilities, rmemMaxBytes }: Checkup): Row[] {
  const rows: Row[] = []
  const groups = `your gids: ${gids.join(' ')}`
  if (pingGroupRange !== undefined)
    rows.push(['-', 'ping_group_range', `"${pingGroupRange}", ${groups}`])
  for (const [name, held] of Object.entries(capabilities ?? {}))
    rows.push([held ? 'ok' : '-', `CAP_${name}`, held ? 'held' : 'not held'])
  if (rmemMaxBytes !== undefined)
    rows.push(['-', 'net.core.rmem_max', `${mebibytes(rmemMaxBytes)} without CAP_NET_ADMIN`])
  return rows
}

/** `4 MiB`, `0.2 MiB`. */
export const mebibytes = (bytes: number): string => `${Number((bytes / 2 ** 20).toFixed(1))} MiB`

const neededFor = {
  ip: 'launch needs it',
  ping: 'the last way to ping',
  fping: 'the benchmarks compare with it',
} as const satisfies Record<Program, string>

const programRow = (name: Program, path: string | undefined): Row =>
  path === undefined ? ['-', name, `not there: ${neededFor[name]}`] : ['ok', name, path]

const fileRow = (what: string, { path, state }: SocketFile): Row => [
  state === 'ready' ? 'ok' : '-',
  what,
  state === 'ready' ? path : `${path}: ${state}`,
]

const nodeRow = ({ version, wanted, good }: Checkup['node']): Row => [
  good ? 'ok' : 'off',
  'Node',
  good ? version : `${version}: ${wanted} is wanted`,
]

const abilityNames = {
  icmp4: 'ICMP over IPv4',
  icmp6: 'ICMP over IPv6',
  http: 'HTTP',
} as const satisfies Record<keyof Checkup['abilities'], string>

/** What can be probed, what cannot, and the ways out of that. */
function verdictLines({ abilities }: Checkup): string[] {
  const able: string[] = []
  const unable = new Map<string, string[]>()
  for (const [kind, name] of Object.entries(abilityNames)) {
    const ability = abilities[kind as keyof typeof abilityNames]
    if (ability.kind === 'ready') able.push(name)
    else {
      const ways = ability.remedies.map(way => `\n  ${way}`).join('')
      unable.set(ways, [...(unable.get(ways) ?? []), name])
    }
  }
  if (unable.size === 0) return ['ICMP and HTTP can be probed.']
  return [
    ...(able.length > 0 ? [`Can be probed: ${able.join(', ')}.`] : []),
    ...[...unable].map(([ways, names]) => {
      const helps = ways === '' ? '' : ` Any one of these helps:${ways}`
      return `Cannot be probed: ${names.join(', ')}.${helps}`
    }),
  ]
}
