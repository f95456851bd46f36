/** Things in the order they began, met again as they pass certain ages. */
export interface Timeline<Item> {
  add(item: Item, nowMs: number): void
  /** Calls `meet` with each item that passed this stage's age since the last call, oldest first. */
  pass(stage: number, nowMs: number, meet: (item: Item) => void): void
}

/** `agesMs` rise; an item is let go once it passed the last. All work is per item, none per tick. */
export function createTimeline<Item>(agesMs: readonly number[]): Timeline<Item> {
  let entries: { readonly item: Item; readonly beganMs: number }[] = []
  const next = agesMs.map(() => 0)
  const last = agesMs.length - 1

  const letGo = () => {
    const gone = next[last] ?? 0
    if (gone < 1024 || gone * 2 < entries.length) return
    entries = entries.slice(gone)
    next.forEach((position, stage) => {
      next[stage] = position - gone
    })
  }

  return {
    add(item, beganMs) {
      entries.push({ item, beganMs })
    },
    pass(stage, nowMs, meet) {
      const ageMs = agesMs[stage] ?? 0
      for (;;) {
        const position = next[stage] ?? 0
        const entry = entries[position]
        if (entry === undefined || nowMs - entry.beganMs < ageMs) break
        next[stage] = position + 1
        meet(entry.item)
      }
      if (stage === last) letGo()
    },
  }
}
