import { type CellState, cellStates, staleAgeMs, stateNumber } from './mesh.ts'
import type { Grouping } from './mesh-groups.ts'
import { isPair, type Survey, type Totals } from './mesh-survey.ts'

/** What many cells come to. */
export interface HeatCell extends Totals {
  /** The worst of them. */
  readonly state: CellState
  /** Of the pairs' slowest replies; nearest rank, so that it was measured. */
  readonly p95Ns: number | undefined
  /** The age of its oldest answer, where one is stale. */
  readonly staleMs: number | undefined
}

export interface Heading extends HeatCell {
  /** The group's place in the grouping. */
  readonly group: number
  readonly name: string
  /** Rows or columns of the matrix in it. */
  readonly size: number
}

/** The matrix by groups: what a heat map shows. */
export interface Heatmap {
  /** Sources. In the order asked for. */
  readonly rows: readonly Heading[]
  /** Targets. */
  readonly columns: readonly Heading[]
  /** By places in `rows` and `columns`. */
  at(row: number, column: number): HeatCell
}

export interface HeatOptions {
  /** Trouble first, or by name. */
  readonly order?: 'trouble' | 'name'
  /** Only these cells: the way down from a coarse map to a fine one. */
  readonly keep?: (row: number, target: number) => boolean
}

/** Sums the cells up by the groups of their source and of their target. */
export function aggregate(
  seen: Survey,
  grouping: Grouping,
  { order = 'trouble', keep = () => true }: HeatOptions = {},
): Heatmap {
  const groups = grouping.names.length
  const rowGroup = Int32Array.from(seen.mesh.rows, row => grouping.of[row.node] ?? 0)
  const [cells, bySource, byTarget] = [tally(groups * groups), tally(groups), tally(groups)]
  for (const phase of ['count', 'fill'] as const) {
    eachPair(seen, keep, (row, target, cell) => {
      const [source, goal] = [rowGroup[row] ?? 0, grouping.of[target] ?? 0]
      const state = seen.states[cell] ?? 0
      const isStale = phase === 'count' && state === stateNumber.stale
      const size = isStale ? staleAgeMs(seen.mesh.rows[row], target) : (seen.rttNs[cell] ?? 0)
      cells[phase](source * groups + goal, state, size)
      bySource[phase](source, state, size)
      byTarget[phase](goal, state, size)
    })
  }
  const headings = (sums: Tally, sizes: Uint32Array) =>
    grouping.names
      .map((name, group): Heading => ({ ...sums.at(group), group, name, size: sizes[group] ?? 0 }))
      .filter(({ pairs }) => pairs > 0)
      .sort(order === 'name' ? byName : byTrouble)
  const rows = headings(bySource, sizesOf(rowGroup, groups))
  const columns = headings(byTarget, sizesOf(listed(seen, grouping), groups))
  return {
    rows,
    columns,
    at: (row, column) => cells.at((rows[row]?.group ?? 0) * groups + (columns[column]?.group ?? 0)),
  }
}

/** What the whole map comes to. */
export const sumOf = ({ rows }: Heatmap): Totals => {
  const all = (key: keyof Totals) => rows.reduce((sum, row) => sum + row[key], 0)
  return {
    pairs: all('pairs'),
    ok: all('ok'),
    failing: all('failing'),
    expected: all('expected'),
    stale: all('stale'),
    none: all('none'),
  }
}

function eachPair(
  seen: Survey,
  keep: (row: number, target: number) => boolean,
  visit: (row: number, target: number, cell: number) => void,
): void {
  for (let row = 0; row < seen.mesh.rows.length; row += 1) {
    for (let target = 0; target < seen.width; target += 1) {
      if (isPair(seen, row, target) && keep(row, target))
        visit(row, target, row * seen.width + target)
    }
  }
}

const sizesOf = (groupOf: Int32Array, groups: number): Uint32Array => {
  const sizes = new Uint32Array(groups)
  for (const group of groupOf) sizes[group] = (sizes[group] ?? 0) + 1
  return sizes
}

const listed = (seen: Survey, grouping: Grouping) =>
  grouping.of.filter((_, node) => seen.listedBy[node] !== 0)

/** Groups are in the order of their names. */
const byName = (a: Heading, b: Heading) => a.group - b.group

/** Failing first, then stale, then as expected, then unknown, each by its share; then by name. */
const byTrouble = (a: Heading, b: Heading): number =>
  share(b, 'failing') - share(a, 'failing') ||
  share(b, 'stale') - share(a, 'stale') ||
  share(b, 'expected') - share(a, 'expected') ||
  share(b, 'none') - share(a, 'none') ||
  byName(a, b)

const share = (of: Heading, state: 'failing' | 'stale' | 'expected' | 'none') =>
  of[state] / of.pairs

type Tally = ReturnType<typeof tally>

/** Counts states, and then holds all RTTs of a sum side by side in one array. */
function tally(size: number) {
  const counts = new Uint32Array(size * cellStates.length)
  const oldestMs = new Float64Array(size)
  let ends: Uint32Array | undefined
  let rtts = new Float32Array(0)

  const starts = (): Uint32Array => {
    const places = new Uint32Array(size)
    let sum = 0
    for (let place = 0; place < size; place += 1) {
      places[place] = sum
      sum += counts[place * cellStates.length + stateNumber.ok] ?? 0
    }
    rtts = new Float32Array(sum)
    return places
  }
  return {
    count(place: number, state: number, ageMs: number) {
      const at = place * cellStates.length + state
      counts[at] = (counts[at] ?? 0) + 1
      if (state === stateNumber.stale) oldestMs[place] = Math.max(oldestMs[place] ?? 0, ageMs)
    },
    fill(place: number, state: number, rttNs: number) {
      ends ??= starts()
      if (state !== stateNumber.ok) return
      const end = ends[place] ?? 0
      rtts[end] = rttNs
      ends[place] = end + 1
    },
    at(place: number): HeatCell {
      const at = place * cellStates.length
      const own = counts.subarray(at, at + cellStates.length)
      const [none = 0, ok = 0, expected = 0, stale = 0, failing = 0] = own
      const worst = own.findLastIndex(count => count > 0)
      const end = ends?.[place] ?? 0
      const sorted = rtts.slice(end - ok, end).sort()
      return {
        pairs: none + ok + expected + stale + failing,
        ok,
        failing,
        expected,
        stale,
        none,
        state: cellStates[worst] ?? 'none',
        staleMs: stale === 0 ? undefined : oldestMs[place],
        p95Ns: sorted[Math.ceil(0.95 * ok) - 1],
      }
    },
  }
}
