import type { MeshNode } from './mesh.ts'

export const groupings = ['zone', 'cluster', 'prefix', 'none'] as const
export type GroupBy = (typeof groupings)[number]

/** Each node belongs to one group. */
export interface Grouping {
  readonly by: GroupBy
  /** Sorted. */
  readonly names: readonly string[]
  /** A node's group by the node's place: the place of the group's name. */
  readonly of: Int32Array
}

/** The group of a name. */
export type GroupOf = (name: string) => string

/** Groups the nodes; by zone where `zones` knows the node's name. */
export function groupsOf(
  nodes: readonly MeshNode[],
  by: GroupBy,
  zones: ReadonlyMap<string, string> = new Map(),
): Grouping {
  const rules: Readonly<Record<GroupBy, GroupOf>> = {
    zone: name => zones.get(name) ?? 'no zone',
    cluster: clusterOf,
    prefix: prefixOf,
    none: name => name,
  }
  const rule = by === 'none' ? rules.none : named(rules[by])
  const groups = nodes.map(node => (node.unnamed && by !== 'none' ? unnamed : rule(node.name)))
  const names = [...new Set(groups)].sort()
  const places = new Map(names.map((name, place) => [name, place]))
  return { by, names, of: Int32Array.from(groups, group => places.get(group) ?? 0) }
}

const unnamed = 'unnamed sources'

const named =
  (rule: GroupOf): GroupOf =>
  name =>
    rule(name) || name

/** Cilium writes `cluster/node` in a mesh of clusters, and plain names in the cluster `default`. */
export const clusterOf: GroupOf = name => /^(.*)\//s.exec(name)?.[1] ?? 'default'

/**
 * The name without what counts or tells apart: its domain, and then its last part after a dash, or
 * its last digits. `worker12` is of `worker`, `gke-pool-a-1f3c-x9` of `gke-pool-a-1f3c`,
 * `ip-10-0-3-7.ec2.internal` of `ip-10-0-3`. The cluster stays.
 */
export const prefixOf: GroupOf = name => {
  const [, cluster = '', node = ''] = /^(.*\/)?(.*)$/s.exec(name) ?? []
  const [host = ''] = node.split('.', 1)
  const dash = host.lastIndexOf('-')
  return cluster + (dash > 0 ? host.slice(0, dash) : host.replace(/\d+$/, '') || host)
}

/** More nodes than this are shown by groups. */
const mostSingly = 40

/** The grouping when none was asked for: by what is known, no finer than can be looked at. */
export function usualGrouping(
  nodes: readonly MeshNode[],
  zones: ReadonlyMap<string, string> = new Map(),
): GroupBy {
  if (nodes.length <= mostSingly) return 'none'
  if (zones.size > 0) return 'zone'
  return groupsOf(nodes, 'cluster').names.length > 1 ? 'cluster' : 'prefix'
}
