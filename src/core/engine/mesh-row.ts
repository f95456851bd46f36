import {
  codes,
  laneCount,
  laneOf,
  type MeshRow,
  notHeardYet,
  reasonCode,
  reasonOfCode,
} from '../model/mesh.ts'
import type { NodeName } from '../model/node.ts'
import { blames, type Outcome, probeKinds } from '../model/probe.ts'
import type { PathHealth, Snapshot } from '../model/snapshot.ts'
import { staleAfterMs } from '../model/verdict.ts'

/** One source's row. An update touches these arrays and no other row's. */
export interface RowKeeper {
  /** Takes what the source tells now; `atMs` is our own clock. */
  take(snapshot: Snapshot, atMs: number): void
  /** Nothing is known from this source, and why. */
  miss(reason: string): void
  /** As it is at this time of our own clock. */
  row(node: number, nowMs: number): MeshRow
  /** Whether the row says anything of this target. */
  lists(target: number): boolean
  /** The places of targets changed: from place to place, -1 for gone. */
  renumber(places: Int32Array): void
}

/** `placeOf` gives each target its place, the same one for the same name. */
export function createRow(label: string, placeOf: (name: NodeName) => number): RowKeeper {
  let cells = emptyCells(0)
  let unread: string | undefined = notHeardYet
  let afterMs = Number.POSITIVE_INFINITY
  const clock = createSourceClock()

  return {
    take(snapshot, atMs) {
      unread = unreadOf(snapshot)
      afterMs = staleAfterMs(snapshot)
      const places = snapshot.nodes.map(node => placeOf(node.name))
      cells = emptied(cells, places)
      let newestMs = 0
      snapshot.nodes.forEach((node, index) => {
        for (const path of node.paths) {
          newestMs = Math.max(newestMs, notePath(cells, places[index] ?? 0, path))
        }
      })
      clock.hear(newestMs, snapshot.takenAtMs, atMs)
    },
    miss(reason) {
      unread = reason
    },
    row: (node, nowMs) => ({
      label,
      node,
      unread,
      nowMs: clock.atMs(nowMs),
      staleAfterMs: afterMs,
      ...cells,
    }),
    lists: target =>
      cells.codes
        .subarray(laneCount * target, laneCount * (target + 1))
        .some(code => code !== codes.absent),
    renumber(places) {
      const before = cells
      cells = emptyCells(Math.max(0, ...places) + 1)
      for (let from = 0; from < before.codes.length / laneCount; from += 1) {
        const to = places[from] ?? -1
        if (to >= 0) copyTarget(before, from, cells, to)
      }
    },
  }
}

type Cells = Pick<MeshRow, 'codes' | 'rttNs' | 'atMs' | 'sinceS'>

const emptyCells = (targets: number): Cells => ({
  codes: new Uint8Array(laneCount * targets),
  rttNs: new Float32Array(laneCount * targets),
  atMs: new Float64Array(laneCount * targets),
  sinceS: new Uint32Array(laneCount * targets),
})

/** A tenth more than needed, so that nodes may join without a new array each. */
function emptied(cells: Cells, places: readonly number[]): Cells {
  const targets = places.reduce((most, place) => Math.max(most, place + 1), 0)
  const fits = cells.codes.length >= laneCount * targets
  if (!fits) return emptyCells(Math.ceil(1.1 * targets))
  cells.codes.fill(codes.absent)
  cells.atMs.fill(0)
  return cells
}

function copyTarget(from: Cells, source: number, to: Cells, target: number): void {
  const [begin, end] = [laneCount * source, laneCount * (source + 1)]
  to.codes.set(from.codes.subarray(begin, end), laneCount * target)
  to.rttNs.set(from.rttNs.subarray(begin, end), laneCount * target)
  to.sinceS.set(from.sinceS.subarray(begin, end), laneCount * target)
  to.atMs.set(from.atMs.subarray(begin, end), laneCount * target)
}

/** Notes a path's outcomes; returns the time of the newest, 0 without any. */
function notePath(cells: Cells, target: number, path: PathHealth): number {
  let newestMs = 0
  for (const kind of probeKinds) {
    const { last, changedAtMs } = path.probes[kind]
    const at = laneCount * target + laneOf(path.to, kind)
    cells.codes[at] ||= codes.unprobed
    if (last === undefined) continue
    if (noteOutcome(cells, at, last)) cells.sinceS[at] = (changedAtMs ?? last.atMs) / 1000
    newestMs = Math.max(newestMs, last.atMs)
  }
  return newestMs
}

/**
 * Of a node's several addresses the worst one is kept, and the older of two that are alike. Tells
 * whether this one is.
 */
function noteOutcome({ codes: told, rttNs, atMs }: Cells, at: number, outcome: Outcome): boolean {
  const code = codeOf(outcome)
  const [known, rank] = [rankOf(told[at] ?? 0), rankOf(code)]
  if (known > rank) return false
  const alike = known === rank
  const ns = outcome.kind === 'reply' ? outcome.rttNs : 0
  told[at] = code
  rttNs[at] = alike ? Math.max(ns, rttNs[at] ?? 0) : ns
  atMs[at] = alike ? Math.min(outcome.atMs, atMs[at] ?? 0) : outcome.atMs
  return true
}

const codeOf = (outcome: Outcome) =>
  outcome.kind === 'reply' ? codes.reply : reasonCode(outcome.reason)

/** Nothing, the prober's own trouble, a reply, a failure. */
function rankOf(code: number): number {
  if (code === codes.reply) return 2
  const reason = reasonOfCode(code)
  if (reason === undefined) return 0
  return blames(reason) === 'prober' ? 1 : 3
}

const unreadOf = ({ feed }: Snapshot): string | undefined => {
  if (feed.kind === 'live') return undefined
  return feed.kind === 'lost' ? feed.reason : notHeardYet
}

/**
 * What time it is for the source, told from its answers alone, so that a clock that is wrong by an
 * hour makes nothing stale. At first its own word is taken; once a newer answer was seen to come in,
 * that answer was new just then.
 */
function createSourceClock() {
  let newest = 0
  let toldMs = 0
  let heardMs = 0
  return {
    hear(newestMs: number, takenAtMs: number, nowMs: number) {
      const first = newest === 0
      if (newestMs === newest && !first) return
      newest = newestMs
      toldMs = first ? Math.max(takenAtMs, newestMs) : newestMs
      heardMs = nowMs
    },
    atMs: (nowMs: number) => toldMs + Math.max(0, nowMs - heardMs),
  }
}
