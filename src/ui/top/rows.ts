import { naturalRanks } from '../../core/model/natural-order.ts'
import { type NodeName, zoneOf } from '../../core/model/node.ts'
import { probeKinds } from '../../core/model/probe.ts'
import type { NodeHealth, PathHealth, Snapshot } from '../../core/model/snapshot.ts'
import { staleAfterMs } from '../../core/model/verdict.ts'
import { spanMs } from './measure.ts'
import { type NodeState, nodeState, nodeStates } from './state.ts'
import { clean, widthOf } from './text.ts'
import type { Vantage } from './vantage.ts'

/** A node as the table knows it. */
export interface Row {
  readonly node: NodeHealth
  /** Safe to print. */
  readonly name: string
  /** The same without the cluster that all nodes share. */
  readonly label: string
  /** Its first DNS label, where no other node has the same. */
  readonly short: string
  /** Its place in the natural order of names. */
  readonly rank: number
  readonly state: NodeState
  readonly zone: string | undefined
  readonly host: PathHealth | undefined
  readonly endpoint: PathHealth | undefined
}

/** What one snapshot says, ready to be sorted and shown. */
export interface Board {
  readonly snapshot: Snapshot
  readonly rows: readonly Row[]
  readonly names: Names
  readonly counts: Readonly<Record<NodeState, number>>
  readonly reachable: number
  /** Whether any node's zone is known. */
  readonly zoned: boolean
  /** The same nodes probed from elsewhere. */
  readonly beside?: { readonly vantage: Vantage; readonly board: Board } | undefined
}

/** What depends on the list of names alone; the same object until the list changes. */
export interface Names {
  readonly printed: readonly string[]
  /** The cluster of all of them, where they have one in common. */
  readonly cluster: string | undefined
  readonly labels: readonly string[]
  /** How wide the widest label is. */
  readonly widest: number
  readonly short: readonly string[]
  readonly rank: Int32Array
  readonly index: ReadonlyMap<NodeName, number>
}

/** The board of a snapshot; `before` itself when nothing that it shows has changed. */
export function boardOf(snapshot: Snapshot, nowMs: number, before?: Board): Board {
  const { nodes } = snapshot
  const afterMs = staleAfterMs(snapshot)
  const atMs = judgedAtMs(snapshot, nowMs)
  const names =
    before !== undefined && sameNames(before.rows, nodes) ? before.names : namesOf(nodes)
  const known = names === before?.names ? before.rows : []
  let changed = snapshot !== before?.snapshot
  const rows = nodes.map((node, index) => {
    const state = nodeState(node, atMs, afterMs)
    const row = known[index]
    if (row?.node === node && row.state === state) return row
    changed = true
    return rowOf(node, index, state, names)
  })
  return before !== undefined && !changed ? before : { snapshot, rows, names, ...tally(rows) }
}

/** The row of a node that is still on the board. */
export function rowNamed(board: Board, name: NodeName | undefined): Row | undefined {
  const index = name === undefined ? undefined : board.names.index.get(name)
  return index === undefined ? undefined : board.rows[index]
}

/** A row outside a table: it has no place in one. */
export function rowAlone(node: NodeHealth, snapshot: Snapshot, nowMs: number): Row {
  const state = nodeState(node, judgedAtMs(snapshot, nowMs), staleAfterMs(snapshot))
  return rowOf(node, 0, state, namesOf([node]))
}

/** A lost source cannot age its nodes: their states stay what they were when it went. */
const judgedAtMs = ({ feed }: Snapshot, nowMs: number): number =>
  feed.kind === 'lost' ? Math.min(nowMs, feed.sinceMs) : nowMs

/** How much history a node's probes have, until now. */
export const rowSpanMs = (row: Row | undefined, nowMs: number): number =>
  spanMs(
    (row?.node.paths ?? []).flatMap(({ probes }) => probeKinds.map(kind => probes[kind].history)),
    nowMs,
  )

const rowOf = (node: NodeHealth, index: number, state: NodeState, names: Names): Row => ({
  node,
  name: names.printed[index] ?? '',
  label: names.labels[index] ?? '',
  short: names.short[index] ?? '',
  rank: names.rank[index] ?? 0,
  state,
  zone: zoneOf(node),
  host: primary(node, 'host'),
  endpoint: primary(node, 'endpoint'),
})

const primary = (node: NodeHealth, to: PathHealth['to']): PathHealth | undefined =>
  node.paths.find(path => path.to === to && path.rank === 'primary')

const sameNames = (rows: readonly Row[], nodes: readonly NodeHealth[]): boolean =>
  rows.length === nodes.length && rows.every((row, index) => row.node.name === nodes[index]?.name)

function namesOf(nodes: readonly NodeHealth[]): Names {
  const printed = nodes.map(node => clean(node.name) || '?')
  const cluster = sharedCluster(printed)
  const labels =
    cluster === undefined ? printed : printed.map(name => name.slice(cluster.length + 1))
  const firsts = labels.map(name => name.replace(/^(?!\d+\.)([^.]+)\..*$/, '$1'))
  const uses = new Map<string, number>()
  for (const first of firsts) uses.set(first, (uses.get(first) ?? 0) + 1)
  return {
    printed,
    cluster,
    labels,
    widest: labels.reduce((widest, label) => Math.max(widest, widthOf(label)), 0),
    short: labels.map(
      (name, index) => (uses.get(firsts[index] ?? '') === 1 ? firsts[index] : name) ?? name,
    ),
    rank: naturalRanks(printed),
    index: new Map(nodes.map((node, index) => [node.name, index])),
  }
}

/** What stands before the slash in every name. */
function sharedCluster([first = '', ...others]: readonly string[]): string | undefined {
  const end = first.indexOf('/')
  const prefix = first.slice(0, end + 1)
  const shared = end > 0 && others.length > 0 && others.every(name => name.startsWith(prefix))
  return shared ? first.slice(0, end) : undefined
}

function tally(rows: readonly Row[]): Pick<Board, 'counts' | 'reachable' | 'zoned'> {
  const counts = Object.fromEntries(nodeStates.map(state => [state, 0])) as Record<
    NodeState,
    number
  >
  let reachable = 0
  for (const row of rows) {
    counts[row.state] += 1
    if (row.node.verdict === 'reachable') reachable += 1
  }
  return { counts, reachable, zoned: rows.some(({ zone }) => zone !== undefined) }
}
