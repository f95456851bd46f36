import {
  allLanes,
  cellStates,
  type LaneMask,
  laneCount,
  laneState,
  type Mesh,
  type MeshRow,
  stateNumber,
} from './mesh.ts'
import { type Going, goersIn } from './mesh-going.ts'
import { type Lists, listsOf, type OddList, withoutOddLists } from './mesh-lists.ts'
import { naturalRanks } from './natural-order.ts'

/** One look at every cell, from which totals, heat maps, rules and findings are made. */
export interface Survey extends Lists {
  readonly width: number
  /** By `row * width + target`: the state's number; what failed and what answered, as lane masks. */
  readonly states: Uint8Array
  readonly failing: Uint8Array
  readonly ok: Uint8Array
  /** The slowest reply, nanoseconds; 0 without one. */
  readonly rttNs: Float32Array
  /** A node's place in the natural order of names. */
  readonly rank: Int32Array
  readonly going: ReadonlyMap<number, Going>
  /** What they alone list is not of the mesh. */
  readonly oddLists: readonly OddList[]
}

/** Looks at these lanes of every cell once, but for names that are not of the mesh. */
export function survey(all: Mesh, mask: LaneMask = allLanes): Survey {
  const lists = withoutOddLists(listsOf(all))
  const { mesh } = lists
  const width = mesh.nodes.length
  const size = mesh.rows.length * width
  const seen = {
    ...lists,
    width,
    states: new Uint8Array(size),
    failing: new Uint8Array(size),
    ok: new Uint8Array(size),
    rttNs: new Float32Array(size),
    rank: naturalRanks(mesh.nodes.map(({ name }) => name)),
    going: goersIn(lists),
  }
  mesh.rows.forEach((row, index) => {
    if (row.unread === undefined) surveyRow(seen, row, index * width, mask)
  })
  for (const node of seen.going.keys()) expectAt(seen, node)
  return seen
}

function surveyRow(seen: Survey, row: MeshRow, base: number, mask: LaneMask): void {
  const known = Math.min(seen.width, row.codes.length / laneCount)
  for (let target = 0; target < known; target += 1) {
    const first = laneCount * target
    for (let lane = 0; lane < laneCount; lane += 1) {
      if (mask & (1 << lane)) surveyLane(seen, row, base + target, lane, first + lane)
    }
  }
}

/** What fails to and from this node does so as expected. */
function expectAt({ mesh, width, states }: Survey, node: number): void {
  const expect = (cell: number) => {
    if (states[cell] === stateNumber.failing) states[cell] = stateNumber.expected
  }
  mesh.rows.forEach((row, index) => {
    expect(index * width + node)
    if (row.node !== node) return
    for (let target = 0; target < width; target += 1) expect(index * width + target)
  })
}

function surveyLane(seen: Survey, row: MeshRow, cell: number, lane: number, at: number): void {
  const state = laneState(row, at)
  if (state > (seen.states[cell] ?? 0)) seen.states[cell] = state
  if (state === stateNumber.failing) seen.failing[cell] = (seen.failing[cell] ?? 0) | (1 << lane)
  if (state !== stateNumber.ok) return
  seen.ok[cell] = (seen.ok[cell] ?? 0) | (1 << lane)
  const rttNs = row.rttNs[at] ?? 0
  if (rttNs > (seen.rttNs[cell] ?? 0)) seen.rttNs[cell] = rttNs
}

/** Whether a cell is one of the matrix: not where nobody lists the target, nor a node's own gap. */
export const isPair = (seen: Survey, row: number, target: number): boolean =>
  (seen.listedBy[target] !== 0 || seen.read === 0) &&
  (seen.mesh.rows[row]?.node !== target || seen.states[row * seen.width + target] !== 0)

/** How many cells are in which state. */
export interface Totals {
  readonly pairs: number
  readonly ok: number
  readonly failing: number
  /** Fails, as nodes do that join or leave. */
  readonly expected: number
  readonly stale: number
  readonly none: number
}

export interface MeshTotals extends Totals {
  readonly nodes: number
  readonly sources: number
  readonly unread: number
  /** Pairs of nodes of which one direction fails while the other is well. */
  readonly asymmetric: number
}

/** Totals of the whole matrix. */
export function totalsOf(seen: Survey): MeshTotals {
  const { mesh, width, listedBy } = seen
  const count = new Uint32Array(cellStates.length)
  mesh.rows.forEach((_, row) => {
    for (let target = 0; target < width; target += 1) {
      if (!isPair(seen, row, target)) continue
      const state = seen.states[row * width + target] ?? 0
      count[state] = (count[state] ?? 0) + 1
    }
  })
  const [none = 0, ok = 0, expected = 0, stale = 0, failing = 0] = count
  return {
    nodes: listedBy.reduce((sum, sources) => sum + (sources > 0 ? 1 : 0), 0),
    sources: mesh.rows.length,
    unread: mesh.rows.length - seen.read,
    pairs: none + ok + expected + stale + failing,
    ok,
    failing,
    expected,
    stale,
    none,
    asymmetric: asymmetricPairs(seen),
  }
}

/** Each pair has its failing direction once: the other one is well. */
function asymmetricPairs(seen: Survey): number {
  const { mesh, width, states } = seen
  let count = 0
  mesh.rows.forEach((row, index) => {
    for (let target = 0; target < width; target += 1) {
      if (states[index * width + target] !== stateNumber.failing) continue
      if (stateOfPair(seen, target, row.node) === stateNumber.ok) count += 1
    }
  })
  return count
}

/** The state's number of one direction between two nodes. */
export function stateOfPair(seen: Survey, from: number, to: number): number {
  const row = seen.rowOf[from] ?? -1
  return row < 0 ? 0 : (seen.states[row * seen.width + to] ?? 0)
}
