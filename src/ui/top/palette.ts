import { type ActionId, actionIds, bindingOf } from './bindings.ts'

/** The actions that a few letters mean, the likeliest first; all of them without any. */
export function findActions(text: string): readonly ActionId[] {
  const wanted = text.trim().toLowerCase()
  return actionIds
    .map(id => ({ id, score: scoreOf(id, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ id }) => id)
}

/** A word's beginning counts most, then a piece of it, then its letters in their order. */
function scoreOf(id: ActionId, wanted: string): number {
  const text = `${bindingOf(id).title} ${id}`.toLowerCase()
  if (text.startsWith(wanted)) return 4
  if (text.includes(` ${wanted}`)) return 3
  if (text.includes(wanted)) return 2
  let from = 0
  for (const letter of wanted.replaceAll(' ', '')) {
    from = text.indexOf(letter, from) + 1
    if (from === 0) return 0
  }
  return 1
}
