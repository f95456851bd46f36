import { alikesIn } from './diagnosis-alikes.ts'
import { islandsOf } from './diagnosis-islands.ts'
import type { Groups } from './diagnosis-scope.ts'
import { allLanes, type LaneMask, lanes } from './mesh.ts'
import { type Grouping, grouped } from './mesh-groups.ts'
import type { Survey } from './mesh-survey.ts'
import { naturallySorted } from './natural-order.ts'

/** More groups than this are not looked at, the largest first. */
const mostGroups = 100

/**
 * All ways to group the nodes that may explain what fails: what is known of them, and then what the
 * failures themselves tell, for a partition follows no names. Of two that are the same, the first.
 */
export function waysIn(seen: Survey, known: readonly Grouping[]): readonly Groups[] {
  const kinds = [...new Set(seen.failing)].filter(mask => mask !== 0)
  if (kinds.length === 0) return []
  const guesses = masksOf(kinds).flatMap(mask => [islandsOf(seen, mask), alikesIn(seen, mask)])
  const ways = [
    ...known.map(grouping => ({ ...large(grouping), guessed: false })),
    ...guesses
      .map(parts => ({ ...large(named(seen, parts)), guessed: true }))
      .filter(({ names }) => names.length > 1),
  ]
  return [...Map.groupBy(ways, way => way.of.join()).values()].flatMap(([first]) => first ?? [])
}

/** All lanes together, and each by itself where some fail alone: one cause may hide another's. */
function masksOf(kinds: readonly LaneMask[]): readonly LaneMask[] {
  const failing = kinds.reduce((union, mask) => union | mask, 0)
  const single = lanes.map((_, lane) => 1 << lane).filter(mask => mask & failing)
  return kinds.length < 2 ? [allLanes] : [allLanes, ...single]
}

/** A group of one node says no more than its node. */
function large({ names, of }: Grouping): Omit<Groups, 'guessed'> {
  const sizes = new Uint32Array(names.length)
  for (const group of of) sizes[group] = (sizes[group] ?? 0) + 1
  const size = (group: number) => sizes[group] ?? 0
  const kept = [...names.keys()]
    .filter(group => size(group) > 1)
    .sort((a, b) => size(b) - size(a) || a - b)
    .slice(0, mostGroups)
    .sort((a, b) => a - b)
  const places = new Map(kept.map((group, place) => [group, place]))
  return {
    names: kept.map(group => names[group] ?? ''),
    of: of.map(group => places.get(group) ?? kept.length),
  }
}

/** Parts that have no name are called by their nodes. */
function named({ mesh }: Survey, parts: Int32Array): Grouping {
  const members = Map.groupBy(mesh.nodes.keys(), node => parts[node] ?? -1)
  const names = new Map(
    [...members].map(([part, nodes]) => [
      part,
      nameOf(nodes.map(node => mesh.nodes[node]?.name ?? '')),
    ]),
  )
  return grouped(
    'none',
    [...parts].map(part => names.get(part) ?? ''),
  )
}

const namesShown = 3

function nameOf(nodes: readonly string[]): string {
  const shown = naturallySorted(nodes).slice(0, namesShown).join(', ')
  return nodes.length > namesShown ? `${shown}, … (${nodes.length} nodes)` : shown
}
