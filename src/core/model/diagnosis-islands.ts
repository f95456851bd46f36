import { stateNumber } from './mesh.ts'
import type { Grouping } from './mesh-groups.ts'
import type { Survey } from './mesh-survey.ts'

/**
 * The parts into which the mesh fell: nodes that reach each other well, directly or by way of others,
 * are of one island. A healthy mesh is
 * a single one; a single one beside lone nodes is no partition, and so no group at all.
 */
export function islandsOf(seen: Survey): Grouping {
  const { mesh, width, states, rowOf } = seen
  const forest = createForest(width)
  mesh.rows.forEach(({ node }, row) => {
    for (let target = 0; target < width; target += 1) {
      if (states[row * width + target] !== stateNumber.ok) continue
      const back = rowOf[target] ?? -1
      const reverse = back < 0 ? 0 : states[back * width + node]
      if (reverse !== stateNumber.failing) forest.join(node, target)
    }
  })
  const islands = Map.groupBy(mesh.nodes.keys(), forest.root)
  if ([...islands.values()].filter(nodes => nodes.length > 1).length < 2) {
    return { by: 'none', names: [], of: new Int32Array(width) }
  }
  const named = new Map(
    [...islands].map(([root, nodes]) => [
      root,
      nameOf(nodes.map(node => mesh.nodes[node]?.name ?? '')),
    ]),
  )
  const names = [...new Set(named.values())].sort()
  const places = new Map(names.map((name, place) => [name, place]))
  return {
    by: 'none',
    names,
    of: Int32Array.from(
      mesh.nodes,
      (_, node) => places.get(named.get(forest.root(node)) ?? '') ?? 0,
    ),
  }
}

const namesShown = 3

function nameOf(nodes: readonly string[]): string {
  const sorted = nodes.toSorted()
  const shown = sorted.slice(0, namesShown).join(', ')
  return nodes.length > namesShown ? `${shown}, … (${nodes.length} nodes)` : shown
}

function createForest(size: number) {
  const parents = Int32Array.from({ length: size }, (_, place) => place)
  const root = (place: number): number => {
    let at = place
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] ?? at] ?? at
      at = parents[at] ?? at
    }
    return at
  }
  return {
    root,
    join(a: number, b: number) {
      parents[root(a)] = root(b)
    },
  }
}
