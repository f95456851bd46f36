/** Orders `node-9` before `node-10` by plain comparison. */
export const naturalKey = (name: string): string =>
  name.toLowerCase().replace(/\d+/g, digits => digits.padStart(12, '0'))

/** The names in their natural order. */
export const naturallySorted = (names: Iterable<string>): readonly string[] => {
  const all = [...names]
  return placesInOrder(all).map(index => all[index] ?? '')
}

/** Each name's place in the natural order. */
export function naturalRanks(names: readonly string[]): Int32Array {
  const ranks = new Int32Array(names.length)
  placesInOrder(names).forEach((index, place) => {
    ranks[index] = place
  })
  return ranks
}

/** What differs in case or in zeros alone has its plain order. */
function placesInOrder(names: readonly string[]): readonly number[] {
  const keys = names.map(naturalKey)
  return [...names.keys()].sort(
    (a, b) => compare(keys[a] ?? '', keys[b] ?? '') || compare(names[a] ?? '', names[b] ?? ''),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
