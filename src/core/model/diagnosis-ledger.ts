import {
  type Claim,
  eachCell,
  type Groups,
  type PlacedPair,
  type Scope,
} from './diagnosis-scope.ts'
import { createSums, type Sum } from './diagnosis-sums.ts'
import { allLanes, type LaneMask, laneCount } from './mesh.ts'
import type { Survey } from './mesh-survey.ts'

/** Counts lanes by node and by group, so that no scope needs to be counted cell by cell. */
export interface Ledger {
  readonly seen: Survey
  readonly ways: readonly Groups[]
  /** Failing lanes that nothing explains yet, by `row * width + target`. */
  readonly left: Uint8Array
  /** The lanes in which all of the scope fails, and those in which most of it is well. */
  lanesIn(scope: Scope): { readonly failing: LaneMask; readonly fine: LaneMask }
  /** Whether anything is left to explain between two groups. */
  fails(by: number, from: number, to: number): boolean
  /** How many failing lanes a claim would explain. */
  weigh(scope: Scope, mask: LaneMask): number
  /** Takes the scope's failing lanes out of what is left. */
  claim(scope: Scope, mask: LaneMask): Claim
}

/** The share of what is known that must fail, so that one says that all of it fails. */
const almostAll = 0.9
/** What is well otherwise may have failures of other causes. */
const most = 0.5
/** For "everywhere" it is nearly everything: two dead nodes of four are most cells, too. */
const everything = 0.98
/** And so many must say it: two cannot speak for everybody. */
const leastSources = 3
/** Fewer failures than this make no shape. */
const leastFailing = 2

export function createLedger(seen: Survey, ways: readonly Groups[]): Ledger {
  const sums = createSums(seen.width, ways)
  const left = seen.failing.slice()
  countAll(seen, sums)

  return {
    seen,
    ways,
    left,
    lanesIn(scope) {
      const parts = sums.of(scope)
      const isAll = scope.kind === 'all'
      const share = isAll ? everything : almostAll
      const fails = ({ failing, ok }: Sum, lane: number) =>
        failing(lane) >= leastFailing &&
        isShare(share, failing(lane), ok(lane)) &&
        !(isAll && sums.sources(lane) < leastSources)
      const works = ({ failing, ok }: Sum, lane: number) => isShare(most, ok(lane), failing(lane))
      return {
        failing: maskWhere(lane => parts.every(part => fails(part, lane))),
        fine: maskWhere(lane => parts.every(part => works(part, lane))),
      }
    },
    fails: sums.fails,
    weigh: (scope, mask) =>
      sums
        .of(scope)
        .flatMap(({ failing }) => lanesOfMask(mask).map(failing))
        .reduce((sum, count) => sum + count, 0),
    claim(scope, mask) {
      const claim = createClaim(seen, scope)
      eachCell(seen, ways, scope, (node, target, cell) => {
        const before = left[cell] ?? 0
        const bits = before & mask
        left[cell] = before & ~bits
        sums.subtract(node, target, before, bits)
        if (node === target) return
        if (bits !== 0) claim.addFailing([node, target], bits, seen.ok[cell] ?? 0)
        if (bits !== 0 || isWell(seen, cell, mask)) claim.addKnown(node)
      })
      return claim.result()
    },
  }
}

function createClaim(seen: Survey, scope: Scope) {
  let [failing, known, bad, good] = [0, 0, 0, 0]
  let example: PlacedPair | undefined
  const sources = new Set<number>()
  // What is sent to a node tells more than what it sends, if it is down.
  const goal = scope.kind === 'node' && scope.in ? scope.node : undefined
  const isBetter = (pair: PlacedPair, than: PlacedPair) => {
    const [hits, hit] = [pair[1] === goal, than[1] === goal]
    return hits === hit ? isBefore(seen, pair, than) : hits
  }
  return {
    addFailing(pair: PlacedPair, bits: LaneMask, ok: LaneMask) {
      failing += 1
      bad |= bits
      good |= ok
      if (!example || isBetter(pair, example)) example = pair
    },
    addKnown(node: number) {
      known += 1
      sources.add(node)
    },
    result: (): Claim => ({
      evidence: { failing, known, sources: sources.size },
      example,
      failing: bad,
      fine: good & ~bad,
    }),
  }
}

/** By the names, so that the order of the nodes decides nothing. */
function isBefore({ rank }: Survey, a: PlacedPair, b: PlacedPair): boolean {
  const place = (node: number) => rank[node] ?? 0
  return a[0] === b[0] ? place(a[1]) < place(b[1]) : place(a[0]) < place(b[0])
}

/** What fails and another finding explains is no word for or against this one. */
const isWell = ({ failing, ok }: Survey, cell: number, mask: LaneMask): boolean =>
  ((failing[cell] ?? 0) & mask) === 0 && ((ok[cell] ?? 0) & mask) !== 0

function countAll(seen: Survey, sums: ReturnType<typeof createSums>): void {
  const { mesh, rowOf, width } = seen
  mesh.rows.forEach(({ node }, row) => {
    if (rowOf[node] !== row) return
    for (let target = 0; target < width; target += 1) {
      const cell = row * width + target
      sums.add(node, target, seen.failing[cell] ?? 0, seen.ok[cell] ?? 0)
    }
  })
}

const isShare = (share: number, count: number, others: number) =>
  count > 0 && count >= share * (count + others)

const everyLane = [...new Array(laneCount).keys()]

const lanesOfMask = (mask: LaneMask): readonly number[] =>
  everyLane.filter(lane => mask & (1 << lane))

const maskWhere = (holds: (lane: number) => boolean): LaneMask =>
  everyLane.reduce((mask, lane) => (holds(lane) ? mask | (1 << lane) : mask), 0) & allLanes
