import type {
  AddressesStatus,
  ConnectivityStatus,
  HealthStatusResponse,
  NodeStatus,
  PathStatus,
} from '../../core/model/cilium.ts'
import { formatGoDuration } from '../../core/model/duration.ts'
import { readStatus } from './read-status.ts'
import { alignTabs } from './table.ts'

export interface StatusOptions {
  /** Each path with both of its probes. */
  readonly verbose?: boolean
  /** Lists healthy nodes too. */
  readonly allNodes?: boolean
  /** Nodes to list at most; 0 for all. Inside `cilium status` it is 10. */
  readonly maxLines?: number
}

/**
 * What `cilium-health status` prints since 1.17, for a response as received. Nodes that are cut off
 * leave a line of dots only where one of them may be unhealthy.
 */
export function formatStatus(
  response: unknown,
  { verbose = false, allNodes = true, maxLines = 0 }: StatusOptions = {},
): string {
  const status = readStatus(response)
  const nodes = inOrder(status).map(counted)
  const healthy = nodes.filter(isHealthy).length
  const listed = nodes
    .filter(node => verbose || allNodes || !isHealthy(node))
    .slice(0, maxLines > 0 ? maxLines : undefined)
  const lines = listed.map(verbose ? nodeTree : nodeRow).join('')
  const dots = nodes.length - listed.length - healthy > 0 ? '  ...\n' : ''
  return alignTabs(
    `Cluster health:\t${healthy}/${nodes.length} reachable\t(${status.timestamp})\t` +
      `(Probe interval: ${status.probeInterval})\nName\tIP\tNode\tEndpoints\n${lines}${dots}`,
  )
}

export interface OrderedNode {
  readonly node: NodeStatus
  /** The name, and whether it is the local node. */
  readonly title: string
}

/** The local node first, then the others by the bytes of their names. */
export function inOrder({ nodes, local }: HealthStatusResponse): readonly OrderedNode[] {
  const localNode = nodes?.findLast(node => node.name === local?.name)
  const others = (nodes ?? []).filter(node => node !== localNode).sort(byName)
  return [
    ...(localNode ? [{ node: localNode, title: `  ${localNode.name} (localhost)` }] : []),
    ...others.map(node => ({ node, title: `  ${node.name}` })),
  ]
}

const surrogate = /[\ud800-\udfff]/

function byName({ name: a = '' }: NodeStatus, { name: b = '' }: NodeStatus): number {
  // UTF-16 and bytes order alike, but for characters that take two units.
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  if (a === b) return 0
  return a < b ? -1 : 1
}

interface CountedNode extends OrderedNode {
  readonly host: PathCount
  readonly endpoint: PathCount
}

interface PathCount {
  readonly reachable: number
  readonly unknown: number
  readonly total: number
}

const counted = ({ node, title }: OrderedNode): CountedNode => ({
  node,
  title,
  host: countPaths(node.host),
  endpoint: countPaths(node['health-endpoint']),
})

function countPaths(addresses: AddressesStatus | null | undefined): PathCount {
  const count = { reachable: 0, unknown: 0, unreachable: 0, total: 0 }
  if (!addresses) return count
  const add = (path: PathStatus | null | undefined) => {
    count[pathState(path)] += 1
    count.total += 1
  }
  add(addresses['primary-address'])
  addresses['secondary-addresses']?.forEach(add)
  return count
}

function pathState(path: PathStatus | null | undefined): 'reachable' | 'unreachable' | 'unknown' {
  if (!path || path.icmp?.status || path.http?.status) return 'unreachable'
  return path.icmp && path.http ? 'reachable' : 'unknown'
}

/** What was never probed is no failure: only an error or a missing path makes a node unhealthy. */
const isHealthy = ({ host, endpoint }: CountedNode): boolean =>
  host.reachable + host.unknown === host.total &&
  endpoint.reachable + endpoint.unknown === endpoint.total

function nodeRow({ node, title, host, endpoint }: CountedNode): string {
  let ips = node.host?.['primary-address']?.ip ?? 'Unavailable'
  for (const path of node.host?.['secondary-addresses'] ?? []) if (path) ips += `,${path.ip}`
  return `${title}\t${ips}\t${countText(host)}\t${countText(endpoint)}\n`
}

const countText = ({ reachable, unknown, total }: PathCount): string =>
  `${reachable}/${total}${unknown > 0 ? ` (${unknown} unknown)` : ''}`

const nodeTree = ({ node, title }: OrderedNode): string =>
  `${title}:\n${pathTrees('Host', node.host)}${pathTrees('Endpoint', node['health-endpoint'])}`

const pathTrees = (name: string, addresses: AddressesStatus | null | undefined): string =>
  [
    pathTree(name, addresses?.['primary-address']),
    ...(addresses?.['secondary-addresses'] ?? []).map(path => pathTree(`Secondary ${name}`, path)),
  ].join('')

const pathTree = (name: string, path: PathStatus | null | undefined): string =>
  path
    ? `    ${name} connectivity to ${path.ip}:\n` +
      `${probeLine('ICMP to stack', path.icmp)}${probeLine('HTTP to agent', path.http)}`
    : `    ${name} connectivity:\tnil\n`

const probeLine = (name: string, probe: ConnectivityStatus | null | undefined): string =>
  probe ? `      ${name}:\t${probeText(probe)}\t(Last probed: ${probe.lastProbed})\n` : ''

/** The failure's text, or the round trip. */
export const probeText = (probe: ConnectivityStatus): string =>
  probe.status || `OK, RTT=${formatGoDuration(probe.latency ?? 0)}`
