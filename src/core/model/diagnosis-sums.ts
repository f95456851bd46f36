import type { Groups, Scope } from './diagnosis-scope.ts'
import { allLanes, type LaneMask, laneCount } from './mesh.ts'

/** How often each lane fails and answers in a part of the matrix. */
export interface Sum {
  failing(lane: number): number
  ok(lane: number): number
}

/** Counts by every part that a scope may consist of. A node's own cell belongs to none. */
export function createSums(nodes: number, ways: readonly Groups[]) {
  const all = createColumn(1)
  const out = createColumn(nodes)
  const into = createColumn(nodes)
  /** By each way of grouping: from whose group, to whose; what has no group comes last. */
  const blocks = ways.map(({ names }) => createColumn((names.length + 1) ** 2))
  const placeOf = (by: number, from: number, to: number) =>
    from * ((ways[by]?.names.length ?? 0) + 1) + to

  const move = (node: number, target: number, what: keyof Sum, from: LaneMask, to: LaneMask) => {
    if (node === target || from === to) return
    all.move(0, what, from, to)
    out.move(node, what, from, to)
    into.move(target, what, from, to)
    for (let by = 0; by < blocks.length; by += 1) {
      const of = ways[by]?.of
      blocks[by]?.move(placeOf(by, of?.[node] ?? 0, of?.[target] ?? 0), what, from, to)
    }
  }

  const block = (by: number, from: number, to: number): Sum =>
    (blocks[by] ?? all).sumOf([placeOf(by, from, to)])
  const beside = (by: number, group: number, place: (other: number) => number): Sum => {
    const others = [...(ways[by]?.names.keys() ?? []), ways[by]?.names.length ?? 0]
    return (blocks[by] ?? all).sumOf(others.filter(other => other !== group).map(place))
  }

  return {
    add(node: number, target: number, failing: LaneMask, ok: LaneMask) {
      move(node, target, 'failing', 0, failing)
      move(node, target, 'ok', 0, ok)
    },
    /** Takes lanes out of those that fail in a cell. */
    subtract: (node: number, target: number, from: LaneMask, bits: LaneMask) =>
      move(node, target, 'failing', from, from & ~bits),
    /** How many sources have failures in this lane. */
    sources(lane: number): number {
      let count = 0
      for (let node = 0; node < nodes; node += 1) {
        if (out.sumOf([node]).failing(lane) > 0) count += 1
      }
      return count
    },
    /** Whether anything fails between two groups. */
    fails: (by: number, from: number, to: number): boolean =>
      blocks[by]?.fails(placeOf(by, from, to)) ?? false,
    /** The parts of a scope. */
    of(scope: Scope): readonly Sum[] {
      switch (scope.kind) {
        case 'all':
          return [all.sumOf([0])]
        case 'node':
          return chosen([scope.out, out.sumOf([scope.node])], [scope.in, into.sumOf([scope.node])])
        case 'group': {
          const { by, group } = scope
          return chosen(
            [scope.out, beside(by, group, other => placeOf(by, group, other))],
            [scope.in, beside(by, group, other => placeOf(by, other, group))],
            [scope.within, block(by, group, group)],
          )
        }
        case 'groups':
          return chosen(
            [true, block(scope.by, scope.from, scope.to)],
            [scope.both, block(scope.by, scope.to, scope.from)],
          )
        default:
          return scope satisfies never
      }
    },
  }
}

const chosen = (...sums: readonly (readonly [boolean, Sum])[]): readonly Sum[] =>
  sums.flatMap(([is, sum]) => (is ? [sum] : []))

const masks = allLanes + 1
const masksWith = Array.from({ length: laneCount }, (_, lane) =>
  [...new Array<number>(masks).keys()].filter(mask => mask & (1 << lane)),
)

/** Counts cells by their masks: one count a cell, however many lanes it has. */
function createColumn(size: number) {
  const counts = {
    failing: new Uint32Array(masks * size),
    ok: new Uint32Array(masks * size),
  }
  const sum = (what: keyof Sum, places: readonly number[], lane: number) => {
    let total = 0
    for (const place of places) {
      for (const mask of masksWith[lane] ?? []) total += counts[what][masks * place + mask] ?? 0
    }
    return total
  }
  return {
    move(place: number, what: keyof Sum, from: LaneMask, to: LaneMask) {
      const column = counts[what]
      const at = masks * place
      if (from !== 0) column[at + from] = (column[at + from] ?? 0) - 1
      if (to !== 0) column[at + to] = (column[at + to] ?? 0) + 1
    },
    sumOf: (places: readonly number[]): Sum => ({
      failing: lane => sum('failing', places, lane),
      ok: lane => sum('ok', places, lane),
    }),
    fails: (place: number) =>
      counts.failing.subarray(masks * place + 1, masks * (place + 1)).some(count => count > 0),
  }
}
