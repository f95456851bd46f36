import type { ActionId } from './bindings.ts'
import { actionFor, type Keymap } from './keys.ts'
import { clamp } from './view.ts'

/** Where a key leads in a list: from a place, in a window of `body` rows, among `length` of them. */
export type Move = (at: number, body: number, length: number) => number

export const moves = {
  down: at => at + 1,
  up: at => at - 1,
  first: () => 0,
  last: (_at, _body, length) => length - 1,
  halfDown: (at, body) => at + Math.max(1, body >> 1),
  halfUp: (at, body) => at - Math.max(1, body >> 1),
  pageDown: (at, body) => at + body,
  pageUp: (at, body) => at - body,
} as const satisfies Partial<Record<ActionId, Move>>

/** Where one of the lists' keys leads in a dialog; undefined for all other keys. */
export function movedBy(
  stroke: string,
  keys: Keymap,
  at: number,
  body: number,
  length: number,
): number | undefined {
  const action = actionFor(stroke, 'table', keys)
  const move = (moves as Partial<Record<ActionId, Move>>)[action ?? 'help']
  return move === undefined ? undefined : clamp(move(at, body, length), length)
}
