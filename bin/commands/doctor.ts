import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Ability } from '../../src/core/model/prober.ts'
import { examineSockets, type SocketFound, type SocketsFound } from '../../src/probes/examine.ts'
import { describeAbilities, type ProberSettings } from '../../src/probes/index.ts'
import {
  type Checkup,
  formatCheckup,
  type IcmpWays,
  mebibytes,
  type Program,
  programs,
  type SocketFile,
  type WayFound,
} from '../../src/ui/text/doctor.ts'
import { agentSocket, healthSocket } from '../client.ts'
import type { DoctorFlags } from '../doctor-flags.ts'
import { exitCodes, print } from '../exit.ts'
import { version } from '../version.ts'

/** What can be probed from here and how, or why not; exits with 1 unless ICMP and HTTP both can. */
export async function doctor({ output }: DoctorFlags): Promise<void> {
  const checkup = await examine()
  await print(output === 'json' ? `${JSON.stringify(checkup, null, 2)}\n` : formatCheckup(checkup))
  if (!checkup.canProbe) process.exitCode = exitCodes.failure
}

async function examine(): Promise<Checkup> {
  const [abilities, bySystem, sockets] = await Promise.all([
    describeAbilities(settings),
    describeAbilities({ ...settings, icmp: 'system', http: 'off' }),
    examineSockets(),
  ])
  const status = read('/proc/self/status')
  const pingGroupRange = read('/proc/sys/net/ipv4/ping_group_range')?.trim().replace(/\s+/, ' ')
  const rmemMax = read('/proc/sys/net/core/rmem_max')
  const icmpReady = [abilities.icmp4, abilities.icmp6].some(({ kind }) => kind === 'ready')
  return {
    version,
    node: nodeVersion(process.versions.node),
    canProbe: icmpReady && abilities.http.kind === 'ready',
    abilities,
    icmp4: waysOf(sockets, 4, bySystem.icmp4),
    icmp6: waysOf(sockets, 6, bySystem.icmp6),
    nativeSockets:
      sockets.kind === 'loaded'
        ? { usable: true, says: 'loaded' }
        : { usable: false, says: sockets.why },
    gids: [...new Set([process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])])],
    ...(pingGroupRange === undefined ? {} : { pingGroupRange }),
    ...(status === undefined ? {} : { capabilities: capabilitiesIn(status) }),
    ...(rmemMax === undefined ? {} : { rmemMaxBytes: Number(rmemMax) }),
    programs: Object.fromEntries(programs.flatMap(name => found(name))),
    health: socketFile(healthSocket()),
    agent: socketFile(agentSocket()),
  }
}

/** Nothing is sent with these: the prober is only opened. */
const settings: ProberSettings = {
  httpPort: 4240,
  timeoutMs: 1000,
  maxProbesPerSecond: 1,
  icmp: 'auto',
  icmpCount: 1,
  http: 'auto',
}

function waysOf(sockets: SocketsFound, family: 4 | 6, system: Ability): IcmpWays {
  const missing: WayFound = { usable: false, says: 'needs native sockets' }
  const ways = sockets.kind === 'loaded' ? sockets.icmp[family] : undefined
  return {
    datagram: ways ? socketWay(ways.datagram) : missing,
    raw: ways ? socketWay(ways.raw) : missing,
    system:
      system.kind === 'ready'
        ? { usable: true, says: 'a process for each probe' }
        : { usable: false, says: system.why },
  }
}

function socketWay(found: SocketFound): WayFound {
  if (found.kind === 'refused') return { usable: false, says: found.error }
  const { bufferBytes, stampsArrivals, stampsDepartures } = found
  const stamped = [stampsArrivals && 'arrivals', stampsDepartures && 'departures'].filter(Boolean)
  const stamps = stamped.length > 0 ? `stamps of ${stamped.join(' and ')}` : 'no stamps'
  return { usable: true, says: `receive buffer ${mebibytes(bufferBytes)}, ${stamps}` }
}

/** Bits of the effective set (linux/capability.h). */
const capabilityBits = { NET_ADMIN: 12n, NET_RAW: 13n } as const

function capabilitiesIn(status: string): NonNullable<Checkup['capabilities']> {
  const [, hex = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? []
  const holds = (bit: bigint) => ((BigInt(`0x${hex}`) >> bit) & 1n) === 1n
  return { NET_RAW: holds(capabilityBits.NET_RAW), NET_ADMIN: holds(capabilityBits.NET_ADMIN) }
}

const [wantedMajor, wantedMinor] = [22, 19]

function nodeVersion(text: string): Checkup['node'] {
  const [major = 0, minor = 0] = text.split('.').map(Number)
  const good = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
  return { version: text, wanted: `${wantedMajor}.${wantedMinor} or newer`, good }
}

function found(name: Program): [Program, string][] {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  const path = folders.map(folder => join(folder, name)).find(file => can(file, constants.X_OK))
  return path === undefined ? [] : [[name, path]]
}

function socketFile(path: string): SocketFile {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return { path, state: 'absent' }
    if (!stats.isSocket()) return { path, state: 'no socket' }
  } catch {
    return { path, state: 'not permitted' } // its folder is closed to us
  }
  return { path, state: can(path, constants.R_OK | constants.W_OK) ? 'ready' : 'not permitted' }
}

function can(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // not Linux, or hidden
  }
}
