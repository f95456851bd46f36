import type { Found } from './diagnosis-finding.ts'
import { formatGoDuration } from './duration.ts'
import { type MeshRow, notHeardYet, stateNumber } from './mesh.ts'
import type { Survey } from './mesh-survey.ts'

/** The share of a row or of a column that must be stale to be told as one. */
const almostAll = 0.9
/** The share of all rows: five hosts of six do not stall by chance. */
const mostSources = 0.75

/**
 * What is not known, and why: sources that were not read, and answers that are old. One that was not
 * heard yet is being asked: that is no finding.
 */
export function silences(seen: Survey, down: ReadonlySet<number>): Found[] {
  const { mesh, read } = seen
  const unread = byName(seen, mesh.rows).filter(
    row => row.unread !== undefined && row.unread !== notHeardYet,
  )
  if (unread.length > 0 && unread.length === mesh.rows.length)
    return [silence('nothing-read', unread, read)]
  const untold = unread.filter(row => !down.has(row.node))
  const byCause = Map.groupBy(untold, ({ unread: reason = '' }) => causeOf(reason))
  return [...[...byCause.values()].map(rows => silence('unread', rows, read)), ...stales(seen)]
}

/** The reason without whom it is about, as many may share it. */
const causeOf = (reason: string) => reason.replace(/^(?:pod|dial \w+) \S+: /, '')

const byName = ({ rank }: Survey, rows: readonly MeshRow[]): readonly MeshRow[] =>
  rows.toSorted((a, b) => (rank[a.node] ?? 0) - (rank[b.node] ?? 0) || (a.label < b.label ? -1 : 1))

function silence(
  shape: 'nothing-read' | 'unread',
  rows: readonly MeshRow[],
  sources: number,
): Found {
  const reason = rows[0]?.unread ?? ''
  const detail = rows.length === 1 ? reason : causeOf(reason)
  const nodes = rows.map(row => row.node)
  const evidence = { failing: 0, known: 0, sources }
  return { shape, layer: 'all', nodes, groups: [], evidence, detail }
}

function stales(seen: Survey): Found[] {
  const read = seen.mesh.rows.filter(row => row.unread === undefined)
  const rows = staleRows(seen)
  if (read.length > 1 && rows.length >= mostSources * read.length) {
    return [
      staleFound(
        'all-stale',
        rows.map(row => row.node),
        read.length,
        ageOf(rows),
      ),
    ]
  }
  return [
    ...rows.map(row => staleFound('source-stale', [row.node], 1, ageOf([row]))),
    ...staleTargets(seen, new Set(rows)).map(node =>
      staleFound('target-stale', [node], read.length - rows.length, ''),
    ),
  ]
}

const staleFound = (
  shape: 'all-stale' | 'source-stale' | 'target-stale',
  nodes: readonly number[],
  sources: number,
  detail: string,
): Found => ({
  shape,
  layer: 'all',
  nodes,
  groups: [],
  evidence: { failing: 0, known: 0, sources },
  detail,
})

/** The youngest answer's age: everything else is older. */
function ageOf(rows: readonly MeshRow[]): string {
  const ages = rows.map(
    row => row.nowMs - row.atMs.reduce((newest, atMs) => Math.max(newest, atMs), 0),
  )
  return formatGoDuration(1e9 * Math.round(Math.min(...ages) / 1000))
}

function staleRows(seen: Survey): readonly MeshRow[] {
  const { mesh, width, states } = seen
  const stale = mesh.rows.filter((row, index) => {
    if (row.unread !== undefined) return false
    const own = states.subarray(index * width, (index + 1) * width)
    return isStale(own)
  })
  return byName(seen, stale)
}

function staleTargets({ mesh, width, states }: Survey, besides: ReadonlySet<MeshRow>): number[] {
  const rows = mesh.rows.flatMap((row, index) => (besides.has(row) ? [] : [index]))
  return [...mesh.nodes.keys()].filter(
    node => rows.length > 1 && isStale(rows.map(row => states[row * width + node] ?? 0)),
  )
}

function isStale(states: Iterable<number>): boolean {
  let [stale, known] = [0, 0]
  for (const state of states) {
    if (state !== stateNumber.none) known += 1
    if (state === stateNumber.stale) stale += 1
  }
  return stale > 0 && stale >= almostAll * known
}
