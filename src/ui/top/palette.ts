import { type ActionId, actionIds, bindingOf } from './bindings.ts'
import { type Keymap, keyName } from './keys.ts'

/** The actions that a few letters mean, the likeliest first; all of them without any. */
export function findActions(text: string): readonly ActionId[] {
  const wanted = text.trim().toLowerCase()
  return actionIds
    .map(id => ({ id, cost: costOf(`${bindingOf(id).title} ${id}`.toLowerCase(), wanted) }))
    .filter(({ cost }) => cost < Infinity)
    .sort((a, b) => a.cost - b.cost)
    .map(({ id }) => id)
}

/** The actions whose line in the help has a text in it. */
export function actionsWith(text: string, keys: Keymap): readonly ActionId[] {
  const wanted = text.trim().toLowerCase()
  return actionIds.filter(id =>
    `${keys[id].map(keyName).join(' ')} ${bindingOf(id).title} ${id}`
      .toLowerCase()
      .includes(wanted),
  )
}

/** A text's beginning is best, then a word's, then a piece; then letters that lie close together. */
function costOf(text: string, wanted: string): number {
  if (text.startsWith(wanted)) return -3
  if (text.includes(` ${wanted}`)) return -2
  return text.includes(wanted) ? -1 : gapsOf(text, [...wanted.replaceAll(' ', '')], 0)
}

/** The least that must be skipped to meet the letters in their order; a word's first letter costs nothing. */
function gapsOf(text: string, [letter, ...rest]: readonly string[], from: number): number {
  if (letter === undefined) return 0
  let least = Infinity
  for (let at = text.indexOf(letter, from); at >= 0; at = text.indexOf(letter, at + 1)) {
    const gap = at === 0 || text[at - 1] === ' ' ? 0 : at - from
    least = Math.min(least, gap + gapsOf(text, rest, at + 1))
  }
  return least
}
