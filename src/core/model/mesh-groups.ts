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

export function groupsOf(nodes: readonly MeshNode[], by: GroupBy): Grouping {
  const groups = nodes.map(groupers[by])
  const names = [...new Set(groups)].sort()
  const places = new Map(names.map((name, place) => [name, place]))
  return { by, names, of: Int32Array.from(groups, group => places.get(group) ?? 0) }
}

const unnamed = 'unnamed sources'

const named =
  (rule: GroupOf) =>
  ({ name, unnamed: nameless }: MeshNode): string =>
    nameless ? unnamed : rule(name) || name

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

const groupers: Readonly<Record<GroupBy, (node: MeshNode) => string>> = {
  zone: ({ zone, unnamed: nameless }) => zone ?? (nameless ? unnamed : 'no zone'),
  cluster: named(clusterOf),
  prefix: named(prefixOf),
  none: ({ name }) => name,
}

/** The ways to group that tell something: nobody may have told of zones. */
export const groupingsFor = (nodes: readonly MeshNode[]): readonly GroupBy[] =>
  groupings.filter(by => by !== 'zone' || hasZones(nodes))

const hasZones = (nodes: readonly MeshNode[]) => nodes.some(({ zone }) => zone !== undefined)

/** More nodes than this are shown by groups. */
const mostSingly = 40

/** The grouping when none was asked for: by what is known, no finer than can be looked at. */
export function usualGrouping(nodes: readonly MeshNode[]): GroupBy {
  if (nodes.length <= mostSingly) return 'none'
  if (hasZones(nodes)) return 'zone'
  return groupsOf(nodes, 'cluster').names.length > 1 ? 'cluster' : 'prefix'
}
