import type { Found } from './diagnosis-finding.ts'
import { layerOf } from './diagnosis-layer.ts'
import type { Ledger } from './diagnosis-ledger.ts'
import { formatGoDuration } from './duration.ts'
import { allLanes, cellAt, type LaneMask, stateNumber } from './mesh.ts'
import { type Survey, stateOfPair } from './mesh-survey.ts'
import { reasonTexts } from './reason-texts.ts'

/** So many pairs are told one by one. */
const mostPairs = 20
/** A node with at least so many failing pairs is told as one. */
const leastPatches = 4
/** Beyond this the pairs are only counted. */
const mostSorted = 10_000

/** What no larger shape explains: nodes with several failing pairs, single pairs, and the rest. */
export function remainders(ledger: Ledger): Found[] {
  const patches = patchesIn(ledger)
  const pairs = pairsIn(ledger)
  if (pairs === undefined) return [...patches, scattered(countLeft(ledger), 0)]
  const told = pairs.slice(0, mostPairs).map(pair => pairFound(ledger, pair))
  const untold = pairs.slice(mostPairs)
  const failing = untold.reduce((sum, { back }) => sum + (back === 0 ? 1 : 2), 0)
  const sources = new Set(untold.map(({ from }) => from)).size
  return [...patches, ...told, ...(failing === 0 ? [] : [scattered(failing, sources)])]
}

const scattered = (failing: number, sources: number): Found => ({
  shape: 'scattered',
  layer: 'all',
  nodes: [],
  groups: [],
  evidence: { failing, known: failing, sources },
})

/** So many nodes with several failing pairs are told; what is left of others are pairs. */
const mostPatches = 20

/** Nodes with several failing pairs that make no whole row or column, the most first. */
function patchesIn(ledger: Ledger): Found[] {
  const { seen } = ledger
  const counts = new Uint32Array(seen.width)
  eachLeft(ledger, (node, target) => {
    if (node === target) return
    counts[node] = (counts[node] ?? 0) + 1
    counts[target] = (counts[target] ?? 0) + 1
  })
  const rankOf = (node: number) => seen.rank[node] ?? 0
  const hubs = [...counts.keys()]
    .filter(node => (counts[node] ?? 0) >= leastPatches)
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || rankOf(a) - rankOf(b))
  const found: Found[] = []
  for (const node of hubs) {
    if (found.length === mostPatches) break
    if (leftAt(ledger, node) < leastPatches) continue
    const scope = { kind: 'node', node, out: true, in: true } as const
    const { failing, fine, ...claim } = ledger.claim(scope, allLanes)
    const layer = layerOf(failing, fine)
    found.push({ shape: 'patchy', layer, nodes: [node], groups: [], ...claim })
  }
  return found
}

/** How many pairs of a node are left now. */
function leftAt({ seen, left }: Ledger, node: number): number {
  const { width, rowOf } = seen
  let count = 0
  for (let other = 0; other < width; other += 1) {
    if (other === node) continue
    const [own, theirs] = [rowOf[node] ?? -1, rowOf[other] ?? -1]
    if (own >= 0 && left[own * width + other] !== 0) count += 1
    if (theirs >= 0 && left[theirs * width + node] !== 0) count += 1
  }
  return count
}

function countLeft(ledger: Ledger): number {
  let count = 0
  eachLeft(ledger, () => {
    count += 1
  })
  return count
}

function eachLeft(
  { seen, left }: Ledger,
  visit: (node: number, target: number, bits: LaneMask) => void,
): void {
  const { width, mesh, rowOf } = seen
  mesh.rows.forEach(({ node }, row) => {
    if (rowOf[node] !== row) return
    for (let target = 0; target < width; target += 1) {
      const bits = left[row * width + target] ?? 0
      if (bits !== 0) visit(node, target, bits)
    }
  })
}

/** A pair that fails, and the lanes in which its way back fails as well. */
interface LeftPair {
  readonly from: number
  readonly to: number
  readonly there: LaneMask
  readonly back: LaneMask
}

/** In the order of names. Undefined where there are too many to be told apart. */
function pairsIn(ledger: Ledger): readonly LeftPair[] | undefined {
  const { seen, left } = ledger
  const pairs: LeftPair[] = []
  const rankOf = (node: number) => seen.rank[node] ?? 0
  eachLeft(ledger, (from, to, there) => {
    if (pairs.length > mostSorted) return
    const row = seen.rowOf[to] ?? -1
    const back = row < 0 || from === to ? 0 : (left[row * seen.width + from] ?? 0)
    if (back === 0 || rankOf(from) < rankOf(to)) pairs.push({ from, to, there, back })
  })
  if (pairs.length > mostSorted) return undefined
  return pairs.sort((a, b) => rankOf(a.from) - rankOf(b.from) || rankOf(a.to) - rankOf(b.to))
}

function pairFound({ seen }: Ledger, { from, to, there, back }: LeftPair): Found {
  const row = seen.rowOf[from] ?? -1
  const fine = (seen.ok[row * seen.width + to] ?? 0) & ~(there | back)
  const returns = stateOfPair(seen, to, from)
  const known = returns === stateNumber.ok || returns === stateNumber.failing
  const oneWay = returns === stateNumber.ok
  return {
    shape: from === to ? 'itself' : oneWay ? 'one-way' : 'pair',
    layer: layerOf(there | back, fine),
    nodes: from === to ? [from] : [from, to],
    groups: [],
    example: [from, to],
    detail: causeOf(seen, from, to),
    evidence: {
      failing: back === 0 ? 1 : 2,
      known: from !== to && known ? 2 : 1,
      sources: from !== to && known ? 2 : 1,
    },
  }
}

/** The first reason, and how long it has been so as far as we saw it. */
function causeOf({ mesh, rowOf }: Survey, from: number, to: number): string {
  const row = mesh.rows[rowOf[from] ?? -1]
  const cell = row && cellAt(row, to)
  if (cell?.kind !== 'failing') return ''
  const seconds = Math.round(cell.forMs / 1000)
  return `${reasonTexts[cell.reason]}, for ${formatGoDuration(1e9 * seconds)} at least`
}
