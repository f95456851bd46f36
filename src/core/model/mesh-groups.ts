import type { MeshNode } from './mesh.ts'
import { type GroupOf, mostGroups, prefixesOf, prefixOf } from './mesh-prefixes.ts'
import { subnetOf } from './mesh-subnets.ts'
import { naturallySorted } from './natural-order.ts'

/** Where two explain as much, the first is believed. */
export const groupings = ['zone', 'cluster', 'prefix', 'subnet', 'none'] as const
export type GroupBy = (typeof groupings)[number]

/** Each node belongs to one group. */
export interface Grouping {
  readonly by: GroupBy
  /** In their natural order. */
  readonly names: readonly string[]
  /** A node's group by the node's place: the place of the group's name. */
  readonly of: Int32Array
}

/** The groups of a map: not more than can be looked at, where names are all that is known. */
export const groupsOf = (nodes: readonly MeshNode[], by: GroupBy): Grouping =>
  by === 'prefix'
    ? grouped(by, namedGroups(nodes, prefixesOf(nodes.map(({ name }) => name))))
    : grouped(by, nodes.map(groupers[by]))

/** The groups that may fail together, by all that is known: each way that tells nodes apart. */
export function causesOf(nodes: readonly MeshNode[]): readonly Grouping[] {
  const ways = groupings.filter(by => by !== 'none')
  return ways
    .map(by => grouped(by, nodes.map(groupers[by])))
    .filter(({ names }) => names.length > 1)
}

/** The groups by the name of each node's one. */
export function grouped(by: GroupBy, groups: readonly string[]): Grouping {
  const names = naturallySorted(new Set(groups))
  const places = new Map(names.map((name, place) => [name, place]))
  return { by, names, of: Int32Array.from(groups, group => places.get(group) ?? 0) }
}

const unnamed = 'unnamed sources'

const namedGroups = (nodes: readonly MeshNode[], groups: readonly string[]) =>
  nodes.map(({ name, unnamed: nameless }, place) => (nameless ? unnamed : groups[place] || name))

const named =
  (rule: GroupOf) =>
  ({ name, unnamed: nameless }: MeshNode): string =>
    nameless ? unnamed : rule(name) || name

/** Cilium writes `cluster/node` in a mesh of clusters, and plain names in the cluster `default`. */
export const clusterOf: GroupOf = name => /^(.*)\//s.exec(name)?.[1] ?? 'default'

const groupers: Readonly<Record<GroupBy, (node: MeshNode) => string>> = {
  zone: ({ zone, unnamed: nameless }) => zone ?? (nameless ? unnamed : 'no zone'),
  cluster: named(clusterOf),
  prefix: named(prefixOf),
  subnet: ({ ip, unnamed: nameless }) =>
    ip === undefined ? (nameless ? unnamed : 'no address') : subnetOf(ip),
  none: ({ name }) => name,
}

/** The ways to group that tell something: nobody may have told of zones. */
export const groupingsFor = (nodes: readonly MeshNode[]): readonly GroupBy[] =>
  groupings.filter(by => !seldomKnown.includes(by) || new Set(nodes.map(groupers[by])).size > 1)

const seldomKnown: readonly GroupBy[] = ['zone', 'subnet']

/** The grouping when none was asked for: by what is known, no finer than can be looked at. */
export function usualGrouping(nodes: readonly MeshNode[]): GroupBy {
  if (nodes.length <= mostGroups) return 'none'
  const tells = (by: GroupBy) => groupsOf(nodes, by).names.length > 1
  return groupingsFor(nodes).find(by => by !== 'none' && tells(by)) ?? 'prefix'
}
