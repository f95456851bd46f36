import type { Mesh } from './mesh.ts'

/** A node that joins or leaves: what fails there is no failure. */
export type Going =
  /** Somebody knows, and why: "is cordoned". */
  | { readonly kind: 'expected'; readonly why: string }
  /** Told by the lists alone. */
  | { readonly kind: 'leaving'; readonly why: string }

/** A source whose list has many names that no other one has. */
export interface OddList {
  readonly row: number
  readonly names: number
}

/** What lists tell of the mesh. */
export interface Lists {
  readonly mesh: Mesh
  /** How many sources were read. */
  readonly read: number
  /** By target: how many of them have it in their list, and a row that has. */
  readonly listedBy: Uint32Array
  readonly lister: Int32Array
  /** A node's row; -1 where it was not asked. */
  readonly rowOf: Int32Array
}

/** Fewer sources than this cannot outvote one another. */
const leastRead = 3
/** More names than this are no nodes that joined just now. */
const mostJoining = 20

/** The nodes on their way out, or in, by their places. */
export function goersIn(lists: Lists): ReadonlyMap<number, Going> {
  const going = new Map<number, Going>()
  lists.mesh.nodes.forEach(({ leaving }, node) => {
    const why = leaving ?? startOf(lists, node)
    if (why !== undefined) going.set(node, { kind: 'expected', why })
    else if (isLeaving(lists, node)) {
      const listedBy = lists.listedBy[node] ?? 0
      going.set(node, { kind: 'leaving', why: `${listedBy} of ${lists.read} sources list it` })
    }
  })
  return going
}

/** Kubernetes' words for a pod that never ran. */
const starting = /\b(ContainerCreating|PodInitializing)\b/

function startOf({ mesh, rowOf }: Lists, node: number): string | undefined {
  const [, word] = starting.exec(mesh.rows[rowOf[node] ?? -1]?.unread ?? '') ?? []
  return word === undefined ? undefined : `is starting (${word})`
}

/** Most do not list it; or not all do, and it does not answer for itself. */
function isLeaving({ mesh, read, listedBy, rowOf }: Lists, node: number): boolean {
  const known = listedBy[node] ?? 0
  if (read < leastRead || known === 0 || known === read) return false
  const row = mesh.rows[rowOf[node] ?? -1]
  return 2 * known < read || row === undefined || row.unread !== undefined
}

/**
 * Sources that others know, and that list many names which nobody else does. One daemon each of
 * several clusters is nothing odd: there none knows another.
 */
export function oddListsIn({ mesh, read, listedBy, lister }: Lists): readonly OddList[] {
  if (read < leastRead) return []
  const alone = new Uint32Array(mesh.rows.length)
  listedBy.forEach((sources, target) => {
    const row = lister[target] ?? -1
    if (sources === 1 && mesh.rows[row]?.node !== target) alone[row] = (alone[row] ?? 0) + 1
  })
  return [...alone.keys()]
    .map(row => ({ row, names: alone[row] ?? 0 }))
    .filter(
      ({ row, names }) => names > mostJoining && (listedBy[mesh.rows[row]?.node ?? -1] ?? 0) > 1,
    )
}
