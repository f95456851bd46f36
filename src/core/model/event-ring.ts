/** The newest entries of a log, numbered from 1. */
export interface Ring<Entry extends { readonly id: number }> {
  /** Returns the new entry's number. */
  add(entry: Omit<Entry, 'id'>): number
  get(id: number): Entry | undefined
  /** Puts another in its place; an entry that is gone stays so. */
  replace(id: number, change: Partial<Entry>): void
  /** Takes an entry out; its number is not given again. */
  drop(id: number): void
  /** Newest first; the same array until something changes. */
  list(): readonly Entry[]
}

export function createRing<Entry extends { readonly id: number }>(capacity: number): Ring<Entry> {
  let entries: (Entry | undefined)[] = []
  let newest = 0
  let listed: readonly Entry[] | undefined = []
  const place = (id: number) => id - 1 - newest + entries.length
  return {
    add(entry) {
      newest += 1
      listed = undefined
      entries.push({ ...entry, id: newest } as Entry)
      // Dropped by the half, so that a storm of entries does not move the rest each time.
      if (entries.length > 2 * capacity) entries = entries.slice(-capacity)
      return newest
    },
    get: id => entries[place(id)],
    replace(id, change) {
      const entry = entries[place(id)]
      if (entry === undefined) return
      listed = undefined
      entries[place(id)] = { ...entry, ...change }
    },
    drop(id) {
      if (entries[place(id)] === undefined) return
      listed = undefined
      entries[place(id)] = undefined
    },
    list() {
      listed ??= entries
        .filter(entry => entry !== undefined)
        .slice(-capacity)
        .reverse()
      return listed
    },
  }
}
