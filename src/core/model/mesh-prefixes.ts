import { naturallySorted } from './natural-order.ts'

/** The group of a name. */
export type GroupOf = (name: string) => string

/** So many groups can be looked at. */
export const mostGroups = 40

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

/**
 * Each name's prefix, shorter until not too many are left. Where nearly all names have the same one,
 * or none that tells anything, they are told by ranges instead: `n1-n25`.
 */
export function prefixesOf(names: readonly string[]): readonly string[] {
  let groups = names.map(prefixOf)
  let shorter = groups.map(prefixOf)
  while (sizesOf(groups).size > mostGroups && sizesOf(shorter).size < sizesOf(groups).size) {
    groups = shorter
    shorter = groups.map(prefixOf)
  }
  if (names.length <= mostGroups) return groups
  if (sizesOf(groups).size > mostGroups) groups = names.map(() => '')
  const [[largest = '', size = 0] = []] = [...sizesOf(groups)].sort(([, a], [, b]) => b - a)
  return size > nearlyAll * names.length ? ranged(names, groups, largest) : groups
}

/** The share of all nodes that one group may have, and still tell something. */
const nearlyAll = 0.75

const sizesOf = (groups: readonly string[]): ReadonlyMap<string, number> =>
  groups.reduce((sizes, group) => sizes.set(group, (sizes.get(group) ?? 0) + 1), new Map())

/** The members of one group by ranges in their natural order. */
function ranged(
  names: readonly string[],
  groups: readonly string[],
  group: string,
): readonly string[] {
  const members = naturallySorted(new Set(names.filter((_, index) => groups[index] === group)))
  const size = rangeSize(members.length, mostGroups + 1 - sizesOf(groups).size)
  const rangeOf = new Map<string, string>()
  for (let first = 0; first < members.length; first += size) {
    const range = members.slice(first, first + size)
    const title = rangeTitle(range[0] ?? '', range.at(-1) ?? '')
    for (const name of range) rangeOf.set(name, title)
  }
  return groups.map((own, index) => rangeOf.get(names[index] ?? '') ?? own)
}

const rangeSizes = [5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2500, 5000]

/** The smallest round number of which there are not too many. */
const rangeSize = (members: number, most: number): number => {
  const least = Math.ceil(members / Math.max(1, most))
  return rangeSizes.find(size => size >= least) ?? least
}

/** `n1-n25`, `pool-a-1-25`: what comes before the last dash is told once. */
function rangeTitle(first: string, last: string): string {
  const [from, to] = [first, last].map(name => name.replace(/(?<=[^/])\..*$/s, ''))
  if (from === undefined || to === undefined || from === to) return first
  const dash = from.lastIndexOf('-') + 1
  return `${from}-${to.startsWith(from.slice(0, dash)) ? to.slice(dash) : to}`
}
