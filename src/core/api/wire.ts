import type {
  AddressesStatus,
  ConnectivityStatus,
  HealthStatusResponse,
  NodeStatus,
  PathStatus,
} from '../model/cilium.ts'
import { formatGoDuration } from '../model/duration.ts'
import type { PathTarget } from '../model/node.ts'
import type { ProbeKind } from '../model/probe.ts'
import type { NodeHealth, PathHealth, Snapshot } from '../model/snapshot.ts'
import { failureText } from './failure-text.ts'
import { goText } from './go-json.ts'

/** Cilium's port of /hello. */
export const helloPort = 4240

export interface WireOptions {
  /** The port that HTTP probes go to, as failure texts name it. */
  readonly port?: number
}

/** The snapshot as Cilium's JSON, keys in Cilium's order. */
export function toWire(snapshot: Snapshot, options: WireOptions = {}): HealthStatusResponse {
  return {
    local: localOf(snapshot),
    nodes: hasNoResults(snapshot)
      ? null
      : snapshot.nodes.map(node => nodeStatus(node, options.port ?? helloPort)),
    ...ending(snapshot),
  }
}

/**
 * The same as bytes, with the newline that Go's encoder ends with. A node's bytes are made once and
 * kept as long as its object: between two answers little changes.
 */
export function createWireWriter(options: WireOptions = {}): (snapshot: Snapshot) => Buffer {
  const port = options.port ?? helloPort
  const written = new WeakMap<NodeHealth, Buffer>()
  const bytesOf = (node: NodeHealth) => {
    const known = written.get(node)
    if (known) return known
    const bytes = Buffer.from(`${goText(nodeStatus(node, port))},`)
    written.set(node, bytes)
    return bytes
  }
  return snapshot => {
    const nodes = snapshot.nodes.map(bytesOf)
    const last = nodes.pop()?.subarray(0, -1)
    const [open, close] = hasNoResults(snapshot) ? ['null', ''] : ['[', ']']
    return Buffer.concat([
      Buffer.from(`{"local":${goText(localOf(snapshot))},"nodes":${open}`),
      ...nodes,
      ...(last ? [last] : []),
      Buffer.from(`${close},${JSON.stringify(ending(snapshot)).slice(1)}\n`),
    ])
  }
}

const ending = ({ intervalMs, takenAtMs }: Snapshot) => ({
  probeInterval: intervalText(intervalMs),
  timestamp: rfc3339(takenAtMs),
})

const hasNoResults = ({ feed, nodes }: Snapshot) => feed.kind === 'starting' && nodes.length === 0

const localOf = ({ self }: Snapshot) => (self === undefined ? {} : { name: self })

const intervalText = (intervalMs: number) => formatGoDuration(Math.round(intervalMs * 1e6))

/** Whole seconds in this machine's zone, as Go's server writes them. */
function rfc3339(atMs: number): string {
  const east = -new Date(atMs).getTimezoneOffset()
  const local = new Date(atMs + east * 60_000).toISOString().slice(0, 19)
  if (east === 0) return `${local}Z`
  const [hours, minutes] = [Math.abs(east) / 60, Math.abs(east) % 60].map(part =>
    String(Math.trunc(part)).padStart(2, '0'),
  )
  return `${local}${east < 0 ? '-' : '+'}${hours}:${minutes}`
}

function nodeStatus(node: NodeHealth, port: number): NodeStatus {
  const endpoint = addressesOf(node, 'endpoint', port)
  const primary = endpoint?.['primary-address']
  return {
    ...(primary ? { endpoint: primary } : {}),
    ...(endpoint ? { 'health-endpoint': endpoint } : {}),
    host: addressesOf(node, 'host', port) ?? { 'secondary-addresses': [] },
    name: node.name,
  }
}

function addressesOf(node: NodeHealth, to: PathTarget, port: number): AddressesStatus | undefined {
  const paths = node.paths.filter(path => path.to === to)
  if (paths.length === 0) return undefined
  const primary = paths.find(path => path.rank === 'primary')
  return {
    ...(primary ? { 'primary-address': pathStatus(primary, port) } : {}),
    'secondary-addresses': paths
      .filter(path => path !== primary)
      .map(path => pathStatus(path, port)),
  }
}

function pathStatus(path: PathHealth, port: number): PathStatus {
  const http = connectivity(path, 'http', port)
  const icmp = connectivity(path, 'icmp', port)
  return { ...(http ? { http } : {}), ...(icmp ? { icmp } : {}), ip: path.ip }
}

function connectivity(
  path: PathHealth,
  kind: ProbeKind,
  port: number,
): ConnectivityStatus | undefined {
  const last = path.probes[kind].last
  if (last === undefined) return undefined
  // Whom nobody wants to probe is unknown to Cilium's clients, and so no failure.
  if (last.kind === 'failure' && last.reason === 'switched-off') return undefined
  const lastProbed = rfc3339(last.atMs)
  if (last.kind === 'reply') {
    const latency = Math.round(last.rttNs)
    return latency > 0 ? { lastProbed, latency } : { lastProbed }
  }
  const status = failureText(last, { kind, ip: path.ip, port })
  // Where the socket cannot even be opened, Cilium knows no time of a probe.
  return last.reason === 'not-permitted' ? { status } : { lastProbed, status }
}
