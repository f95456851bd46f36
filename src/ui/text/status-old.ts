import type { ConnectivityStatus, NodeStatus, PathStatus } from '../../core/model/cilium.ts'
import { readStatus } from './read-status.ts'
import { inOrder, type OrderedNode, probeText } from './status.ts'
import { alignTabs } from './table.ts'

/** The tree that `cilium-health status` of 1.5 prints; `verbose` adds what is missing. */
export function formatProbeTree(response: unknown, { verbose = false } = {}): string {
  const status = readStatus(response)
  const trees = inOrder(status).map(({ node, title }) => nodeTree(title, node, verbose))
  return alignTabs(`Probe time:\t${status.timestamp}\nNodes:\n${trees.join('')}`)
}

/** The table of `cilium-health status --succinct` of 1.5. */
export function formatProbeTable(response: unknown): string {
  const status = readStatus(response)
  const nodes = inOrder(status)
  const healthy = nodes.filter(({ node }) => isHealthy(node)).length
  return alignTabs(
    `Cluster health:\t${healthy}/${nodes.length} reachable\t(${status.timestamp})\n` +
      `  Name\tIP\tReachable\tEndpoints reachable\n${nodes.map(nodeRow).join('')}`,
  )
}

function nodeRow({ node, title }: OrderedNode): string {
  const host = node.host?.['primary-address']
  const cells = [title, host?.ip ?? 'Unavailable', isReachable(host), isReachable(node.endpoint)]
  return `${cells.join('\t')}\n`
}

function nodeTree(title: string, node: NodeStatus, verbose: boolean): string {
  const branches = [
    pathTree('Host', node.host?.['primary-address'], '    ', verbose),
    ...(verbose ? secondaryTrees(node) : []),
    pathTree('Endpoint', node.endpoint, '    ', verbose),
  ]
  return `${title}:\n${branches.join('')}`
}

const secondaryTrees = (node: NodeStatus): readonly string[] =>
  (node.host?.['secondary-addresses'] ?? []).map(path =>
    pathTree('Secondary', path, '      ', true),
  )

function pathTree(
  name: string,
  path: PathStatus | null | undefined,
  indent: string,
  verbose: boolean,
): string {
  if (!path) return verbose ? `${indent}${name} connectivity:\tnil\n` : ''
  const line = (kind: string, probe: ConnectivityStatus | null | undefined) =>
    probe ? `${indent}  ${kind}:\t${probeText(probe)}\n` : ''
  return (
    `${indent}${name} connectivity to ${path.ip}:\n` +
    `${line('ICMP to stack', path.icmp)}${line('HTTP to agent', path.http)}`
  )
}

/** 1.5 knows no third state: what was not probed yet is not reachable. */
const isReachable = (path: PathStatus | null | undefined): boolean =>
  path?.icmp?.status === '' && path.http?.status === ''

const isHealthy = (node: NodeStatus): boolean =>
  isReachable(node.host?.['primary-address']) && (!node.endpoint || isReachable(node.endpoint))
