import { laneCount, type MeshRow, notHeardYet } from '../model/mesh.ts'
import { isListed, reachOf } from '../model/mesh-lists.ts'
import type { NodeName } from '../model/node.ts'
import type { Outcomes } from '../model/outcomes.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { staleAfterMs } from '../model/verdict.ts'

/** One source's row. An update touches these arrays and no other row's. */
export interface RowKeeper {
  /** Takes what the source tells now; `atMs` is our own clock. */
  take(head: Omit<Snapshot, 'nodes'>, outcomes: Outcomes, atMs: number): void
  /** Nothing is known from this source, and why. */
  miss(reason: string): void
  /** As it is at this time of our own clock. */
  row(node: number, nowMs: number): MeshRow
  /** The places of the targets of which the row says anything, in their order. */
  targets(): readonly number[]
  /** How many targets it has cells for and says nothing of. */
  waste(): number
  /** The places of targets changed: from place to place, -1 for gone. */
  renumber(places: Int32Array): void
}

/** `placeOf` gives each target its place, the same one for the same name. */
export function createRow(
  { label, access }: Pick<MeshRow, 'label' | 'access'>,
  placeOf: (name: NodeName) => number,
): RowKeeper {
  let cells = emptyCells(0)
  let listed = 0
  /** Of the answer nothing else is kept: it may hold on to all its nodes. */
  let taken: Uint8Array | undefined
  let unread: string | undefined = notHeardYet
  let lost: MeshRow['lost']
  let afterMs = Number.POSITIVE_INFINITY
  const clock = createSourceClock()

  return {
    take(head, outcomes, atMs) {
      unread = unreadOf(head)
      lost = head.feed.kind === 'lost' ? head.feed : undefined
      afterMs = staleAfterMs(head)
      clock.hear(outcomes.newestMs, head.takenAtMs, atMs)
      if (outcomes.codes === taken) return
      taken = outcomes.codes
      listed = targetsOf(outcomes).length
      cells = placed(outcomes, outcomes.names.map(placeOf))
    },
    miss(reason) {
      unread = reason
      lost = undefined
    },
    row: (node, nowMs) => ({
      label,
      access,
      node,
      unread,
      lost,
      nowMs: clock.atMs(nowMs),
      staleAfterMs: afterMs,
      codes: cells.codes,
      rttNs: cells.rttNs,
      atMs: cells.atMs,
      sinceS: cells.sinceS,
    }),
    targets: () => targetsOf(cells),
    waste: () => Math.max(0, reachOf(cells) - listed),
    renumber(places) {
      cells = placed(cells, places)
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

const targetsOf = (cells: Pick<Cells, 'codes'>): readonly number[] => {
  const targets: number[] = []
  for (let target = 0; target < reachOf(cells); target += 1) {
    if (isListed(cells, target)) targets.push(target)
  }
  return targets
}

/** Where most sources list the same nodes in the same order, their own arrays are the row. */
function placed(told: Cells, places: ArrayLike<number>): Cells {
  const listed = targetsOf(told)
  const reach = listed.reduce((most, from) => Math.max(most, (places[from] ?? -1) + 1), 0)
  const { codes: own, rttNs, atMs, sinceS } = told
  if (reach === reachOf(told) && listed.every(from => places[from] === from)) {
    return { codes: own, rttNs, atMs, sinceS }
  }
  const cells = emptyCells(reach)
  for (const from of listed) {
    const to = places[from] ?? -1
    if (to >= 0) copyTarget(told, from, cells, to)
  }
  return cells
}

function copyTarget(from: Cells, source: number, to: Cells, target: number): void {
  const [begin, end] = [laneCount * source, laneCount * (source + 1)]
  to.codes.set(from.codes.subarray(begin, end), laneCount * target)
  to.rttNs.set(from.rttNs.subarray(begin, end), laneCount * target)
  to.sinceS.set(from.sinceS.subarray(begin, end), laneCount * target)
  to.atMs.set(from.atMs.subarray(begin, end), laneCount * target)
}

const unreadOf = ({ feed }: Pick<Snapshot, 'feed'>): string | undefined => {
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
