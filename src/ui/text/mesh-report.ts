import {
  type Cell,
  cellAt,
  cellStates,
  lanes,
  type Mesh,
  type MeshRow,
  stateNumber,
} from '../../core/model/mesh.ts'
import type { Heading, HeatCell, Heatmap } from '../../core/model/mesh-heat.ts'
import type { MeshView } from '../../core/model/mesh-view.ts'
import { naturalRanks } from '../../core/model/natural-order.ts'

/** Pairs in trouble that are told one by one. */
const mostPairs = 10_000

/**
 * The mesh as the JSON document of `mesh --json`. Times are Unix milliseconds, spans milliseconds,
 * round-trip times nanoseconds; what is unknown is left out. Its schema: `schema/mesh.schema.json`.
 */
export function toMeshReport(view: MeshView, tool: { readonly version: string }) {
  const { mesh } = view.seen
  const troubles = troublesIn(view)
  return {
    tool: { name: 'cilium-health', version: tool.version },
    takenAtMs: mesh.takenAtMs,
    summary: view.totals,
    sources: sourcesOf(mesh).map(row => sourceReport(view, row)),
    findings: view.findings,
    matrix: matrixReport(view.heat, view.grouping.by),
    pairs: troubles.slice(0, mostPairs).map(each => pairReport(mesh.nodes, each)),
    ...(troubles.length > mostPairs ? { pairsLeftOut: troubles.length - mostPairs } : {}),
  }
}

export type MeshReport = ReturnType<typeof toMeshReport>

const sourceReport = ({ seen }: MeshView, row: MeshRow) => ({
  label: row.label,
  ...(seen.mesh.nodes[row.node]?.unnamed === false
    ? { node: seen.mesh.nodes[row.node]?.name }
    : {}),
  ...(row.unread === undefined
    ? {
        read: true,
        ...(Number.isFinite(row.staleAfterMs) ? { staleAfterMs: row.staleAfterMs } : {}),
      }
    : { read: false, reason: row.unread, ...lostReport(row) }),
})

const lostReport = ({ lost }: MeshRow) => {
  if (lost === undefined) return {}
  const { sinceMs, retryAtMs } = lost
  return { sinceMs, ...(retryAtMs === undefined ? {} : { retryAtMs }) }
}

function sourcesOf({ rows }: Mesh): readonly MeshRow[] {
  const ranks = naturalRanks(rows.map(({ label }) => label))
  return [...rows.keys()]
    .sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0))
    .flatMap(index => rows[index] ?? [])
}

const matrixReport = (heat: Heatmap, groupBy: string) => ({
  groupBy,
  rows: heat.rows.map(headingReport),
  columns: heat.columns.map(headingReport),
  cells: heat.rows.map((_, row) =>
    heat.columns.map((_, column) => cellReport(heat.at(row, column))),
  ),
})

const headingReport = ({ name, size, ...cell }: Heading) => ({ name, size, ...cellReport(cell) })

const cellReport = ({ state, pairs, ok, failing, expected, stale, none, ...more }: HeatCell) => ({
  state,
  pairs,
  ok,
  failing,
  expected,
  stale,
  none,
  ...(more.p95Ns === undefined ? {} : { p95Ns: more.p95Ns }),
  ...(more.staleMs === undefined ? {} : { staleMs: more.staleMs }),
})

/** Every pair that fails, expected or not, or is stale, in the order of names. */
function troublesIn({ seen }: MeshView) {
  const { mesh, width, states } = seen
  const found = mesh.rows.flatMap((row, index) => {
    const own = states.subarray(index * width, (index + 1) * width)
    return [...own.keys()].flatMap(target => {
      const state = cellStates[own[target] ?? 0] ?? 'none'
      return stateNumber[state] > stateNumber.ok ? [{ row, target, state }] : []
    })
  })
  const rankOf = (node: number) => seen.rank[node] ?? 0
  return found.sort(
    (a, b) => rankOf(a.row.node) - rankOf(b.row.node) || rankOf(a.target) - rankOf(b.target),
  )
}

type Trouble = ReturnType<typeof troublesIn>[number]

const pairReport = (nodes: MeshView['seen']['mesh']['nodes'], { row, target, state }: Trouble) => ({
  from: nodes[row.node]?.name ?? row.label,
  to: nodes[target]?.name ?? '',
  state,
  lanes: lanes.map(({ to, kind }, lane) => ({
    to,
    kind,
    ...laneReport(cellAt(row, target, 1 << lane)),
  })),
})

function laneReport(cell: Cell) {
  switch (cell.kind) {
    case 'ok':
      return { state: cell.kind, rttNs: cell.rttNs, ageMs: cell.ageMs }
    case 'failing':
      return { state: cell.kind, reason: cell.reason, ageMs: cell.ageMs, forMs: cell.forMs }
    case 'stale':
      return { state: cell.kind, ageMs: cell.ageMs }
    case 'none':
      return { state: cell.kind, why: cell.why }
    default:
      return cell satisfies never
  }
}
