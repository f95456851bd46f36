import {
  allLanes,
  cellStates,
  codes,
  type LaneMask,
  laneCount,
  laneState,
  type Mesh,
  type MeshRow,
  stateNumber,
} from './mesh.ts'
import { type Going, goersIn, type Lists, type OddList, oddListsIn } from './mesh-going.ts'
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

/** Looks at these lanes of every cell once. */
export function survey(mesh: Mesh, mask: LaneMask = allLanes): Survey {
  const width = mesh.nodes.length
  const size = mesh.rows.length * width
  const seen = {
    mesh,
    width,
    read: mesh.rows.filter(row => row.unread === undefined).length,
    states: new Uint8Array(size),
    failing: new Uint8Array(size),
    ok: new Uint8Array(size),
    rttNs: new Float32Array(size),
    listedBy: new Uint32Array(width),
    lister: new Int32Array(width).fill(-1),
    rowOf: new Int32Array(width).fill(-1),
    rank: naturalRanks(mesh.nodes.map(({ name }) => name)),
  }
  mesh.rows.forEach((row, index) => {
    const known = seen.rowOf[row.node] ?? -1
    const better = known < 0 || (mesh.rows[known]?.unread !== undefined && !row.unread)
    if (better) seen.rowOf[row.node] = index
    if (row.unread === undefined) surveyRow(seen, row, index, mask)
  })
  const oddLists = oddListsIn(seen)
  for (const { row } of oddLists) forgetOdd(seen, row)
  const going = goersIn(seen)
  for (const node of going.keys()) expectAt(seen, node)
  return { ...seen, oddLists, going }
}

type Seen = Omit<Survey, 'going' | 'oddLists'>

function surveyRow(seen: Seen, row: MeshRow, index: number, mask: LaneMask): void {
  const known = Math.min(seen.width, row.codes.length / laneCount)
  const base = index * seen.width
  for (let target = 0; target < known; target += 1) {
    const first = laneCount * target
    let listed = false
    for (let lane = 0; lane < laneCount; lane += 1) {
      if (row.codes[first + lane] !== codes.absent) listed = true
      if (mask & (1 << lane)) surveyLane(seen, row, base + target, lane, first + lane)
    }
    if (!listed) continue
    seen.listedBy[target] = (seen.listedBy[target] ?? 0) + 1
    seen.lister[target] = index
  }
}

/** The targets that this row alone lists were never there. */
function forgetOdd({ width, listedBy, lister, ...cells }: Seen, row: number): void {
  for (let target = 0; target < width; target += 1) {
    if (listedBy[target] !== 1 || lister[target] !== row) continue
    listedBy[target] = 0
    const cell = row * width + target
    for (const told of [cells.states, cells.failing, cells.ok, cells.rttNs]) told[cell] = 0
  }
}

/** What fails to and from this node does so as expected. */
function expectAt({ mesh, width, states }: Seen, node: number): void {
  const expect = (cell: number) => {
    if (states[cell] === stateNumber.failing) states[cell] = stateNumber.expected
  }
  mesh.rows.forEach((row, index) => {
    expect(index * width + node)
    if (row.node !== node) return
    for (let target = 0; target < width; target += 1) expect(index * width + target)
  })
}

function surveyLane(seen: Seen, row: MeshRow, cell: number, lane: number, at: number): void {
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
