import { type Lists, leastRead } from './mesh-lists.ts'

/** A node that joins or leaves: what fails there is no failure. */
export type Going =
  /** Somebody knows, and why: "is cordoned". */
  | { readonly kind: 'expected'; readonly why: string }
  /** Told by the lists alone. */
  | { readonly kind: 'leaving'; readonly why: string }

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
