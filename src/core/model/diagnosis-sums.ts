import type { Scope } from './diagnosis-scope.ts'
import { type LaneMask, laneCount } from './mesh.ts'

/** How often each lane fails and answers in a part of the matrix. */
export interface Sum {
  failing(lane: number): number
  ok(lane: number): number
}

/** Counts by every part that a scope may consist of. A node's own cell belongs to none. */
export function createSums(nodes: number, groups: number, groupOf: Int32Array) {
  const all = createColumn(1)
  const out = createColumn(nodes)
  const into = createColumn(nodes)
  const groupOut = createColumn(groups)
  const groupInto = createColumn(groups)
  const blocks = createColumn(groups * groups)

  const count = (node: number, target: number, bits: LaneMask, what: keyof Sum, by: 1 | -1) => {
    if (node === target || bits === 0) return
    const [from, to] = [groupOf[node] ?? -1, groupOf[target] ?? -1]
    const crosses = from !== to
    all.add(0, bits, what, by)
    out.add(node, bits, what, by)
    into.add(target, bits, what, by)
    blocks.add(Math.min(from, to) < 0 ? -1 : from * groups + to, bits, what, by)
    groupOut.add(crosses ? from : -1, bits, what, by)
    groupInto.add(crosses ? to : -1, bits, what, by)
  }

  return {
    add(node: number, target: number, failing: LaneMask, ok: LaneMask) {
      count(node, target, failing, 'failing', 1)
      count(node, target, ok, 'ok', 1)
    },
    subtract: (node: number, target: number, failing: LaneMask) =>
      count(node, target, failing, 'failing', -1),
    /** The parts of a scope. */
    of(scope: Scope): readonly Sum[] {
      switch (scope.kind) {
        case 'all':
          return [all.at(0)]
        case 'node':
          return chosen([scope.out, out.at(scope.node)], [scope.in, into.at(scope.node)])
        case 'group':
          return chosen(
            [scope.out, groupOut.at(scope.group)],
            [scope.in, groupInto.at(scope.group)],
            [scope.within, blocks.at(scope.group * (groups + 1))],
          )
        case 'groups':
          return chosen(
            [true, blocks.at(scope.from * groups + scope.to)],
            [scope.both, blocks.at(scope.to * groups + scope.from)],
          )
        default:
          return scope satisfies never
      }
    },
  }
}

const chosen = (...sums: readonly (readonly [boolean, Sum])[]): readonly Sum[] =>
  sums.flatMap(([is, sum]) => (is ? [sum] : []))

/** Counts by place; what has no place (-1) is not counted. */
function createColumn(size: number) {
  const counts = {
    failing: new Uint32Array(laneCount * size),
    ok: new Uint32Array(laneCount * size),
  }
  return {
    add(place: number, bits: LaneMask, what: keyof Sum, by: 1 | -1) {
      if (place < 0) return
      const column = counts[what]
      for (let lane = 0; lane < laneCount; lane += 1) {
        const at = laneCount * place + lane
        if (bits & (1 << lane)) column[at] = (column[at] ?? 0) + by
      }
    },
    at: (place: number): Sum => ({
      failing: lane => counts.failing[laneCount * place + lane] ?? 0,
      ok: lane => counts.ok[laneCount * place + lane] ?? 0,
    }),
  }
}
