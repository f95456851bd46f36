import { UserError } from '../src/core/errors.ts'
import type { Snapshot } from '../src/core/model/snapshot.ts'

export interface FilterFlags {
  readonly filter?: string
}

/** Leaves the nodes that `--filter` names, in the language of the screen's prompt. */
export async function filterOf({ filter: text }: FilterFlags) {
  if (!text) return (snapshot: Snapshot) => snapshot
  const { createFilter } = await import('../src/ui/top/filter.ts')
  const filter = createFilter(text)
  if (filter.kind === 'error') throw misplaced('--filter', text, filter)
  return (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    nodes: snapshot.nodes.filter(node => filter.matches(node, snapshot, snapshot.takenAtMs)),
  })
}

/** What could not be read, with its place below it. */
export const misplaced = (
  flag: string,
  text: string,
  { message, position }: { readonly message: string; readonly position: number },
): UserError =>
  new UserError(
    `${flag}, position ${position + 1}: ${message}`,
    `  ${text}\n  ${' '.repeat(position)}^`,
  )
