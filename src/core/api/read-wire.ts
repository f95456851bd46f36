import { isIP } from 'node:net'
import type { HealthStatusResponse } from '../model/cilium.ts'
import { parseGoDuration } from '../model/duration.ts'
import type { IpAddress, Node, NodeList, NodeName, Path, PathTarget } from '../model/node.ts'
import { type Outcome, type ProbeKind, probeKinds } from '../model/probe.ts'
import { reasonOf } from './failure-text.ts'
import { plainText } from './plain-text.ts'

export const maxNodes = 50_000
export const maxPaths = 200_000
export const maxNameLength = 512
const maxSecondaries = 16
const maxProblems = 20

export interface PathFinding {
  readonly path: Path
  readonly kind: ProbeKind
  readonly outcome: Outcome
}

export interface WireReport {
  readonly list: NodeList
  readonly findings: readonly PathFinding[]
  /** 0 where the daemon does not tell. */
  readonly intervalMs: number
  readonly takenAtMs: number
  /** What was left out because it made no sense, in words; the first few. */
  readonly problems: readonly string[]
}

/**
 * Reads what a daemon of any age answers: 1.5 knows only `endpoint` and no times of probes. Hostile
 * bodies end in problems, never in an exception. `receivedAtMs` stands in for missing times.
 */
export function fromWire(
  response: HealthStatusResponse | unknown,
  receivedAtMs: number,
): WireReport {
  const problems: string[] = []
  const complain = (problem: string) => {
    if (problems.length < maxProblems) problems.push(problem)
  }
  const body = recordOf(response)
  if (!body) complain('the answer is no object')
  const takenAtMs = timeOf(body?.timestamp) ?? receivedAtMs
  const self = plainText(recordOf(body?.local)?.name, maxNameLength)
  const read = readNodes(body?.nodes, takenAtMs, complain)
  return {
    list: { ...(self === '' ? {} : { self: self as NodeName }), nodes: read.nodes },
    findings: read.findings,
    intervalMs: durationMs(body?.probeInterval),
    takenAtMs,
    problems,
  }
}

type Complain = (problem: string) => void
type Json = Readonly<Record<string, unknown>>

const recordOf = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined

function timeOf(value: unknown): number | undefined {
  const atMs = typeof value === 'string' ? Date.parse(value.slice(0, 40)) : Number.NaN
  // Go's zero time is in the year 1.
  return atMs > 0 ? atMs : undefined
}

function durationMs(value: unknown): number {
  const ns = typeof value === 'string' ? parseGoDuration(value) : undefined
  const ms = Number(ns ?? 0n) / 1e6
  return ms > 0 && ms <= 1e12 ? ms : 0
}

function readNodes(value: unknown, takenAtMs: number, complain: Complain) {
  const nodes = new Map<string, Node>()
  const findings: PathFinding[] = []
  let paths = 0
  for (const [index, item] of listOf(value, complain).entries()) {
    const status = recordOf(item)
    const name = plainText(status?.name, maxNameLength) as NodeName
    if (!status || name === '') complain(`nodes[${index}]: no node with a name`)
    else if (nodes.has(name)) complain(`nodes[${index}]: "${name}" is there twice`)
    else if (paths > maxPaths) complain(`nodes[${index}]: more than ${maxPaths} addresses`)
    else {
      const read = readPaths(name, status, takenAtMs, complain)
      paths += read.length
      nodes.set(name, { name, paths: read.map(({ path }) => path) })
      for (const { found } of read) findings.push(...found)
    }
  }
  return { nodes: [...nodes.values()], findings }
}

function listOf(value: unknown, complain: Complain): readonly unknown[] {
  if (value == null) return []
  if (!Array.isArray(value)) {
    complain('nodes: no list')
    return []
  }
  if (value.length > maxNodes) {
    complain(`nodes: ${value.length} of them, only ${maxNodes} are read`)
  }
  return value.slice(0, maxNodes)
}

interface ReadPath {
  readonly path: Path
  readonly found: readonly PathFinding[]
}

function readPaths(
  node: NodeName,
  status: Json,
  takenAtMs: number,
  complain: Complain,
): readonly ReadPath[] {
  const paths = new Map<string, ReadPath>()
  for (const [to, rank, value] of addressesIn(status)) {
    if (value == null) continue
    const item = recordOf(value)
    const ip = typeof item?.ip === 'string' && item.ip.length <= 64 ? item.ip : ''
    if (!item || isIP(ip) === 0) {
      complain(`"${node}": a ${rank} ${to} address is no IP address`)
      continue
    }
    const path: Path = { node, to, rank, ip: ip as IpAddress }
    const found = probeKinds.flatMap(kind => {
      const outcome = readOutcome(item[kind], takenAtMs)
      return outcome ? [{ path, kind, outcome }] : []
    })
    const key = `${to} ${ip}`
    if (!paths.has(key)) paths.set(key, { path, found })
  }
  return [...paths.values()]
}

function addressesIn(status: Json): readonly (readonly [PathTarget, Path['rank'], unknown])[] {
  const host = recordOf(status.host)
  // Until 1.11 the endpoint had one address, under a name of its own.
  const endpoint = recordOf(status['health-endpoint']) ?? { 'primary-address': status.endpoint }
  return [['host', host] as const, ['endpoint', endpoint] as const].flatMap(([to, addresses]) => {
    const secondaries = addresses?.['secondary-addresses']
    return [
      [to, 'primary', addresses?.['primary-address']] as const,
      ...(Array.isArray(secondaries) ? secondaries.slice(0, maxSecondaries) : []).map(
        (secondary: unknown) => [to, 'secondary', secondary] as const,
      ),
    ]
  })
}

function readOutcome(value: unknown, takenAtMs: number): Outcome | undefined {
  const status = recordOf(value)
  if (!status) return undefined
  const atMs = timeOf(status.lastProbed) ?? takenAtMs
  if (typeof status.status === 'string' && status.status !== '') {
    return { kind: 'failure', atMs, ...reasonOf(status.status) }
  }
  const latency = status.latency
  const rttNs = typeof latency === 'number' && latency > 0 && latency < 1e15 ? latency : 0
  return { kind: 'reply', atMs, rttNs, clock: 'unknown' }
}
