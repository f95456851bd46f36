import type { IpAddress, NodeName, PathTarget } from './node.ts'
import { blames, type FailureReason, failureReasons, type ProbeKind } from './probe.ts'
import { reasonTexts } from './reason-texts.ts'

/** What is probed of each pair of nodes. A lane's place here is its number and its bit in a mask. */
export const lanes = [
  { to: 'host', kind: 'icmp' },
  { to: 'host', kind: 'http' },
  { to: 'endpoint', kind: 'icmp' },
  { to: 'endpoint', kind: 'http' },
] as const satisfies readonly { readonly to: PathTarget; readonly kind: ProbeKind }[]

export const laneCount = lanes.length
export const allLanes = 2 ** laneCount - 1
/** A set of lanes, one bit each. */
export type LaneMask = number

export const laneOf = (to: PathTarget, kind: ProbeKind): number =>
  (to === 'host' ? 0 : 2) + (kind === 'icmp' ? 0 : 1)

/** The lanes of one path, of one kind, of both, or all. */
export const lanesOf = (of: { readonly to?: PathTarget; readonly kind?: ProbeKind }): LaneMask =>
  lanes.reduce(
    (mask, { to, kind }, lane) =>
      (of.to ?? to) === to && (of.kind ?? kind) === kind ? mask | (1 << lane) : mask,
    0,
  )

/**
 * The states of a cell, the worst last; a state's place is its number. `expected` fails, as a node
 * does that joins or leaves: no lane has it by itself.
 */
export const cellStates = ['none', 'ok', 'expected', 'stale', 'failing'] as const
export type CellState = (typeof cellStates)[number]
export const stateNumber = {
  none: 0,
  ok: 1,
  expected: 2,
  stale: 3,
  failing: 4,
} as const satisfies Record<CellState, number>

/** Why a source has no row yet: no trouble, it is being asked. */
export const notHeardYet = 'not heard yet'

/** What a source told of a lane: not in its list, not probed yet, a reply, or a reason's number. */
export const codes = { absent: 0, unprobed: 1, reply: 2, firstReason: 3 } as const
export const reasonCode = (reason: FailureReason): number =>
  codes.firstReason + failureReasons.indexOf(reason)
export const reasonOfCode = (code: number): FailureReason | undefined =>
  // A negative place would be looked up as a property, which costs a hundred times as much.
  code < codes.firstReason ? undefined : failureReasons[code - codes.firstReason]

const stateOfCode = Uint8Array.from(
  { length: codes.firstReason + failureReasons.length },
  (_, code) => {
    const reason = reasonOfCode(code)
    if (reason !== undefined) return blames(reason) === 'target' ? stateNumber.failing : 0
    return code === codes.reply ? stateNumber.ok : 0
  },
)

export interface MeshNode {
  readonly name: NodeName
  /** A source that never said which node it is on: its label stands in for the name. */
  readonly unnamed: boolean
  readonly zone?: string | undefined
  /** Its primary host address. */
  readonly ip?: IpAddress | undefined
  /** Why its failures are expected: "is being drained". */
  readonly leaving?: string | undefined
}

/**
 * What one source told of all nodes. The arrays are flat: `4 * target + lane`; what lies
 * beyond their end is absent.
 */
export interface MeshRow {
  /** How the source was asked: its URI. */
  readonly label: string
  /** What the command line wants besides, to be let in there: flags and files. */
  readonly access?: readonly string[] | undefined
  /** The node that it speaks for, as its place in the mesh's nodes. */
  readonly node: number
  /** Why it was not read; undefined where it was. */
  readonly unread: string | undefined
  /** Since when it is lost, and when the next try is due, Unix milliseconds. */
  readonly lost?: { readonly sinceMs: number; readonly retryAtMs?: number } | undefined
  /** The source's own clock now, Unix milliseconds: ages are measured by it. */
  readonly nowMs: number
  /** Two of the source's own intervals, and a timeout. */
  readonly staleAfterMs: number
  readonly codes: Uint8Array
  readonly rttNs: Float32Array
  readonly atMs: Float64Array
  /** Since when the answer is such, as far as we saw it, Unix seconds by the source's clock. */
  readonly sinceS: Uint32Array
}

/** Who sees whom: a row for each source that was asked, a column for each node. */
export interface Mesh {
  readonly takenAtMs: number
  readonly nodes: readonly MeshNode[]
  readonly rows: readonly MeshRow[]
}

/** A lane's state by number. Stale is not a failure: whoever failed long ago may be well now. */
export function laneState(row: MeshRow, at: number): number {
  const state = stateOfCode[row.codes[at] ?? 0] ?? 0
  if (state === 0 || row.unread !== undefined) return 0
  return row.nowMs - (row.atMs[at] ?? 0) > row.staleAfterMs ? stateNumber.stale : state
}

/** The age of the oldest stale answer of a target, milliseconds; 0 without one. */
export function staleAgeMs(row: MeshRow | undefined, target: number): number {
  let oldest = 0
  for (let at = laneCount * target; row && at < laneCount * (target + 1); at += 1) {
    if (laneState(row, at) !== stateNumber.stale) continue
    oldest = Math.max(oldest, row.nowMs - (row.atMs[at] ?? 0))
  }
  return oldest
}

/** What is known of one direction of a pair. */
export type Cell =
  | { readonly kind: 'ok'; readonly rttNs: number; readonly ageMs: number }
  | {
      readonly kind: 'failing'
      readonly lanes: LaneMask
      readonly reason: FailureReason
      readonly ageMs: number
      /** How long it has failed, as far as we saw it, milliseconds. */
      readonly forMs: number
    }
  | { readonly kind: 'stale'; readonly ageMs: number }
  | { readonly kind: 'none'; readonly why: string }

/** A cell is as its worst lane: its slowest reply, its first failure, its oldest answer. */
export function cellAt(row: MeshRow, target: number, mask: LaneMask = allLanes): Cell {
  const places = lanes.flatMap((_, lane) => (mask & (1 << lane) ? [laneCount * target + lane] : []))
  const worst = Math.max(...places.map(at => laneState(row, at)))
  const hit = places.filter(at => laneState(row, at) === worst)
  const ageMs = Math.max(...hit.map(at => Math.max(0, row.nowMs - (row.atMs[at] ?? 0))))
  switch (cellStates[worst] ?? 'none') {
    case 'failing': {
      const forMs = Math.max(...hit.map(at => row.nowMs - sinceMs(row, at)))
      return { kind: 'failing', lanes: maskOf(hit), reason: reasonAt(row, hit), ageMs, forMs }
    }
    case 'stale':
      return { kind: 'stale', ageMs }
    case 'ok':
      return { kind: 'ok', rttNs: Math.max(...hit.map(at => row.rttNs[at] ?? 0)), ageMs }
    default:
      return { kind: 'none', why: row.unread ?? whyNone(row, places) }
  }
}

const sinceMs = ({ sinceS, atMs }: MeshRow, at: number): number =>
  1000 * (sinceS[at] ?? 0) || (atMs[at] ?? 0)

const maskOf = (places: readonly number[]): LaneMask =>
  places.reduce((mask, at) => mask | (1 << (at % laneCount)), 0)

const reasonAt = (row: MeshRow, [at = 0]: readonly number[]): FailureReason =>
  reasonOfCode(row.codes[at] ?? 0) ?? 'other'

function whyNone(row: MeshRow, places: readonly number[]): string {
  const known = Math.max(...places.map(at => row.codes[at] ?? codes.absent))
  if (known === codes.absent) return "not in the source's list"
  const reason = reasonOfCode(known)
  return reason === undefined ? 'not probed yet' : `not probed: ${reasonTexts[reason]}`
}

/** One direction of a pair: the whole cell, and each lane. Undefined where the node was not asked. */
export interface Direction {
  readonly from: NodeName
  readonly to: NodeName
  readonly cell: Cell
  readonly lanes: readonly Cell[]
}

/** Both directions between two nodes, by their places. */
export function pairOf(mesh: Mesh, a: number, b: number) {
  return { there: directionOf(mesh, a, b), back: directionOf(mesh, b, a) }
}

function directionOf(mesh: Mesh, from: number, to: number): Direction | undefined {
  const row = rowOfNode(mesh, from)
  const [source, target] = [mesh.nodes[from], mesh.nodes[to]]
  if (!row || !source || !target) return undefined
  return {
    from: source.name,
    to: target.name,
    cell: cellAt(row, to),
    lanes: lanes.map((_, lane) => cellAt(row, to, 1 << lane)),
  }
}

/** A node's row; of several, one that was read. */
export const rowOfNode = ({ rows }: Mesh, node: number): MeshRow | undefined =>
  rows.find(row => row.node === node && row.unread === undefined) ??
  rows.find(row => row.node === node)
