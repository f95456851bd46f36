import type { LaneMask } from './mesh.ts'
import type { Survey } from './mesh-survey.ts'

/**
 * The parts into which the mesh fell, in these lanes: nodes that reach each other well, directly or
 * by way of others, are of one island. A node's island by the node's place.
 */
export function islandsOf(seen: Survey, mask: LaneMask): Int32Array {
  const { mesh, width, ok, rowOf } = seen
  const forest = createForest(width)
  const fails = (row: number, target: number) =>
    row >= 0 && ((seen.failing[row * width + target] ?? 0) & mask) !== 0
  mesh.rows.forEach(({ node }, row) => {
    for (let target = 0; target < width; target += 1) {
      const answers = ((ok[row * width + target] ?? 0) & mask) !== 0
      if (!answers || fails(row, target) || fails(rowOf[target] ?? -1, node)) continue
      forest.join(node, target)
    }
  })
  return Int32Array.from(mesh.nodes, (_, node) => forest.root(node))
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
