import { codes, laneCount, type Mesh, type MeshRow } from './mesh.ts'

/** Whom the sources list. */
export interface Lists {
  readonly mesh: Mesh
  /** How many sources were read. */
  readonly read: number
  /** By target: how many of them have it in their list, and a row that has. */
  readonly listedBy: Uint32Array
  readonly lister: Int32Array
  /** A node's row: its first that was read. -1 where it was not asked. */
  readonly rowOf: Int32Array
}

/** A source whose list has many names that no other one has. */
export interface OddList {
  readonly row: number
  readonly names: number
}

/** Looks at the lists alone: the cells may be too many before it is known whose names are real. */
export function listsOf(mesh: Mesh): Lists {
  const width = mesh.nodes.length
  const listedBy = new Uint32Array(width)
  const lister = new Int32Array(width).fill(-1)
  mesh.rows.forEach((row, index) => {
    if (row.unread !== undefined) return
    for (let target = 0; target < reachOf(row); target += 1) {
      if (!isListed(row, target)) continue
      listedBy[target] = (listedBy[target] ?? 0) + 1
      lister[target] = index
    }
  })
  const read = mesh.rows.filter(row => row.unread === undefined).length
  return { mesh, read, listedBy, lister, rowOf: rowsOf(mesh) }
}

function rowsOf({ nodes, rows }: Mesh): Int32Array {
  const rowOf = new Int32Array(nodes.length).fill(-1)
  rows.forEach((row, index) => {
    const known = rows[rowOf[row.node] ?? -1]
    if (!known || (known.unread !== undefined && row.unread === undefined)) rowOf[row.node] = index
  })
  return rowOf
}

/** The places that a row has cells for. */
export const reachOf = ({ codes: told }: Pick<MeshRow, 'codes'>): number => told.length / laneCount

/** Whether a row says anything of this target. */
export function isListed({ codes: told }: Pick<MeshRow, 'codes'>, target: number): boolean {
  const end = Math.min(told.length, laneCount * (target + 1))
  for (let at = laneCount * target; at < end; at += 1) if (told[at] !== codes.absent) return true
  return false
}

/** Fewer sources than this cannot outvote one another. */
export const leastRead = 3
/** More names than this are no nodes that joined just now. */
const mostJoining = 20
/** Whom nobody knows may be of another cluster, if that is not so much larger than all others. */
const muchLarger = 10

/** The lists without the names that one source alone has, and many of them; and whose these are. */
export function withoutOddLists(lists: Lists): Lists & { readonly oddLists: readonly OddList[] } {
  const oddLists = oddListsIn(lists)
  if (oddLists.length === 0) return { ...lists, oddLists }
  const odd = new Set(oddLists.map(({ row }) => row))
  const { mesh, listedBy, lister, rowOf } = lists
  const kept = [...mesh.nodes.keys()].filter(
    node => listedBy[node] !== 1 || rowOf[node] !== -1 || !odd.has(lister[node] ?? -1),
  )
  return { ...listsOf(onlyNodes(mesh, kept)), oddLists }
}

function oddListsIn({ mesh, read, listedBy, lister }: Lists): readonly OddList[] {
  if (read < leastRead) return []
  const alone = new Uint32Array(mesh.rows.length)
  let all = 0
  listedBy.forEach((sources, target) => {
    const row = lister[target] ?? -1
    if (sources > 0) all += 1
    if (sources === 1 && mesh.rows[row]?.node !== target) alone[row] = (alone[row] ?? 0) + 1
  })
  const isKnown = (row: number) => (listedBy[mesh.rows[row]?.node ?? -1] ?? 0) > 1
  return [...alone.keys()]
    .map(row => ({ row, names: alone[row] ?? 0 }))
    .filter(({ names }) => names > mostJoining)
    .filter(({ row, names }) => isKnown(row) || names > muchLarger * (all - names))
}

/** The mesh of these nodes; the rows stay. */
function onlyNodes(mesh: Mesh, kept: readonly number[]): Mesh {
  const places = new Map(kept.map((node, place) => [node, place]))
  const chosen = kept.at(-1) === kept.length - 1 ? firstOf(kept.length) : copyOf(kept)
  return {
    ...mesh,
    nodes: kept.flatMap(node => mesh.nodes[node] ?? []),
    rows: mesh.rows.map(row => ({
      ...row,
      node: places.get(row.node) ?? -1,
      codes: chosen(row.codes),
      rttNs: chosen(row.rttNs),
      atMs: chosen(row.atMs),
      sinceS: chosen(row.sinceS),
    })),
  }
}

type Column = Uint8Array | Uint32Array | Float32Array | Float64Array

/** The usual case: names of one source alone have the last places. */
const firstOf =
  (targets: number) =>
  <Cells extends Column>(cells: Cells): Cells =>
    cells.subarray(0, laneCount * targets) as Cells

const copyOf =
  (kept: readonly number[]) =>
  <Cells extends Column>(from: Cells): Cells => {
    const to = new (from.constructor as new (length: number) => Cells)(laneCount * kept.length)
    kept.forEach((node, place) => {
      to.set(from.subarray(laneCount * node, laneCount * (node + 1)), laneCount * place)
    })
    return to
  }
