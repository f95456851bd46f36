import { type Claim, eachCell, type PlacedPair, type Scope } from './diagnosis-scope.ts'
import { createSums, type Sum } from './diagnosis-sums.ts'
import { allLanes, type LaneMask, laneCount } from './mesh.ts'
import type { Grouping } from './mesh-groups.ts'
import type { Survey } from './mesh-survey.ts'

/** Counts lanes by node and by group, so that no scope needs to be counted cell by cell. */
export interface Ledger {
  readonly seen: Survey
  /** Groups of two nodes and more; the others' nodes have none (-1). */
  readonly groupNames: readonly string[]
  readonly groupOf: Int32Array
  /** Failing lanes that nothing explains yet, by `row * width + target`. */
  readonly left: Uint8Array
  /** The lanes in which all of the scope fails, and those in which most of it is well. */
  lanesIn(scope: Scope): { readonly failing: LaneMask; readonly fine: LaneMask }
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
/** Fewer failures than this make no shape. */
const leastFailing = 2

export function createLedger(seen: Survey, grouping: Grouping): Ledger {
  const { groupNames, groupOf } = largeGroups(grouping)
  const sums = createSums(seen.width, groupNames.length, groupOf)
  const left = seen.failing.slice()
  countAll(seen, sums)

  return {
    seen,
    groupNames,
    groupOf,
    left,
    lanesIn(scope) {
      const parts = sums.of(scope)
      const share = scope.kind === 'all' ? everything : almostAll
      const fails = ({ failing, ok }: Sum, lane: number) =>
        failing(lane) >= leastFailing && isShare(share, failing(lane), ok(lane))
      const works = ({ failing, ok }: Sum, lane: number) => isShare(most, ok(lane), failing(lane))
      return {
        failing: maskWhere(lane => parts.every(part => fails(part, lane))),
        fine: maskWhere(lane => parts.every(part => works(part, lane))),
      }
    },
    weigh: (scope, mask) =>
      sums
        .of(scope)
        .flatMap(({ failing }) => lanesOfMask(mask).map(failing))
        .reduce((sum, count) => sum + count, 0),
    claim(scope, mask) {
      const claim = createClaim(seen, scope)
      eachCell(seen, groupOf, scope, (node, target, cell) => {
        const bits = (left[cell] ?? 0) & mask
        left[cell] = (left[cell] ?? 0) & ~mask
        sums.subtract(node, target, bits)
        if (node === target) return
        if (bits !== 0) claim.addFailing([node, target])
        if ((lanesKnown(seen, cell) & mask) !== 0) claim.addKnown(node)
      })
      return claim.result()
    },
  }
}

function createClaim(seen: Survey, scope: Scope) {
  let [failing, known] = [0, 0]
  let example: PlacedPair | undefined
  const sources = new Set<number>()
  // What is sent to a node tells more than what it sends, if it is down.
  const goal = scope.kind === 'node' && scope.in ? scope.node : undefined
  const isBetter = (pair: PlacedPair, than: PlacedPair) => {
    const [hits, hit] = [pair[1] === goal, than[1] === goal]
    return hits === hit ? isBefore(seen, pair, than) : hits
  }
  return {
    addFailing(pair: PlacedPair) {
      failing += 1
      if (!example || isBetter(pair, example)) example = pair
    },
    addKnown(node: number) {
      known += 1
      sources.add(node)
    },
    result: (): Claim => ({ evidence: { failing, known, sources: sources.size }, example }),
  }
}

/** By the names, so that the order of the nodes decides nothing. */
function isBefore({ mesh }: Survey, a: PlacedPair, b: PlacedPair): boolean {
  const nameOf = (place: number) => mesh.nodes[place]?.name ?? ''
  return a[0] === b[0] ? nameOf(a[1]) < nameOf(b[1]) : nameOf(a[0]) < nameOf(b[0])
}

const lanesKnown = ({ failing, ok }: Survey, cell: number): LaneMask =>
  (failing[cell] ?? 0) | (ok[cell] ?? 0)

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

/** More of them than this are not looked at as groups. */
const mostGroups = 200

/** A group of one node says no more than its node. */
function largeGroups({ names, of }: Grouping) {
  const sizes = new Uint32Array(names.length)
  for (const group of of) sizes[group] = (sizes[group] ?? 0) + 1
  const large = [...sizes.keys()].filter(group => (sizes[group] ?? 0) > 1).slice(0, mostGroups)
  const places = new Map(large.map((group, place) => [group, place]))
  return {
    groupNames: large.map(group => names[group] ?? ''),
    groupOf: of.map(group => places.get(group) ?? -1),
  }
}
