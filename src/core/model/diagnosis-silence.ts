import type { Found } from './diagnosis-finding.ts'
import { type MeshRow, stateNumber } from './mesh.ts'
import type { Survey } from './mesh-survey.ts'

/** The share of a row, of a column or of all rows that must be stale to be told as one. */
const almostAll = 0.9

/** What is not known, and why: sources that were not read, and answers that are old. */
export function silences(seen: Survey, down: ReadonlySet<number>): Found[] {
  const { mesh } = seen
  if (mesh.rows.length === 0) return []
  const unread = byName(seen, mesh.rows).filter(row => row.unread !== undefined)
  if (unread.length === mesh.rows.length) return [silence('nothing-read', unread, unread)]
  return [
    ...unread.filter(row => !down.has(row.node)).map(row => silence('unread', [row], unread)),
    ...stales(seen),
  ]
}

const byName = ({ mesh }: Survey, rows: readonly MeshRow[]): readonly MeshRow[] => {
  const nameOf = ({ node, label }: MeshRow) => `${mesh.nodes[node]?.name}\n${label}`
  return rows.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

const silence = (
  shape: 'nothing-read' | 'unread',
  rows: readonly MeshRow[],
  all: readonly MeshRow[],
): Found => ({
  shape,
  layer: 'all',
  nodes: rows.map(row => row.node),
  groups: [],
  evidence: { failing: 0, known: 0, sources: all.length },
  detail: rows[0]?.unread ?? '',
})

function stales(seen: Survey): Found[] {
  const read = seen.mesh.rows.filter(row => row.unread === undefined)
  const rows = staleRows(seen)
  if (read.length > 1 && rows.length >= almostAll * read.length) {
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
  return `${Math.round(Math.min(...ages) / 1000)}s`
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
