import type { LaneMask } from './mesh.ts'
import type { Survey } from './mesh-survey.ts'

/** The share of a row or column that fails, from which on it is the node's own trouble. */
const nearlyAll = 0.9

/**
 * Parts of nodes that fail alike: to the same nodes, and from the same nodes. Two that are cut off
 * from each other while a third reaches both are no islands; these they are. A node's part by the
 * node's place; what is alike to nobody is a part of its own.
 */
export function alikesIn(seen: Survey, mask: LaneMask): Int32Array {
  const marks = marksIn(seen, mask)
  const usual = usualRows(seen, marks)
  const parts = new Map<string, number>()
  return Int32Array.from(seen.mesh.nodes, (_, node) => {
    const { out, into } = marks
    if (out.isWhole(node) || into.isWhole(node)) return seen.width + node
    const ends = into.keyOf(node)
    const own = isRead(seen, node) ? out.keyOf(node) : usual.get(ends)
    const key = `${own ?? ''} ${ends}`
    const part = parts.get(key) ?? parts.size
    parts.set(key, part)
    return part
  })
}

const isRead = ({ mesh, rowOf }: Survey, node: number) => {
  const row = mesh.rows[rowOf[node] ?? -1]
  return row !== undefined && row.unread === undefined
}

/** How those fail that are reached alike: a node that was not asked is taken for one of them. */
function usualRows(seen: Survey, { out, into }: Marks): ReadonlyMap<string, string> {
  const usual = new Map<string, string>()
  const byRank = [...seen.rank.keys()].sort((a, b) => (seen.rank[b] ?? 0) - (seen.rank[a] ?? 0))
  for (const node of byRank) {
    if (isRead(seen, node) && !out.isWhole(node)) usual.set(into.keyOf(node), out.keyOf(node))
  }
  return usual
}

type Marks = ReturnType<typeof marksIn>

/** What fails to each node and from it. */
function marksIn({ mesh, width, failing, ok, rowOf }: Survey, mask: LaneMask) {
  const [out, into] = [createMarks(width), createMarks(width)]
  mesh.rows.forEach(({ node }, row) => {
    if (rowOf[node] !== row) return
    for (let target = 0; target < width; target += 1) {
      const cell = row * width + target
      const fails = ((failing[cell] ?? 0) & mask) !== 0
      if (target === node || !(fails || (ok[cell] ?? 0) & mask)) continue
      out.note(node, target, fails)
      into.note(target, node, fails)
    }
  })
  return { out, into }
}

/** A set of places for each node, as two sums of hashes: equal sets have equal sums. */
function createMarks(width: number) {
  const [one, two] = [new Int32Array(width), new Int32Array(width)]
  const [known, failing] = [new Uint32Array(width), new Uint32Array(width)]
  return {
    note(of: number, place: number, fails: boolean) {
      known[of] = (known[of] ?? 0) + 1
      if (!fails) return
      failing[of] = (failing[of] ?? 0) + 1
      one[of] = (one[of] ?? 0) + hash(place)
      two[of] = (two[of] ?? 0) ^ hash(place + width)
    },
    keyOf: (of: number) => `${failing[of]}.${one[of]}.${two[of]}`,
    isWhole: (of: number) =>
      (failing[of] ?? 0) > 0 && (failing[of] ?? 0) >= nearlyAll * (known[of] ?? 0),
  }
}

/** Spreads small numbers over all 32 bits: MurmurHash3's finalizer. */
function hash(place: number): number {
  let bits = place + 1
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
