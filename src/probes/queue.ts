/** First in, first out. Who left the line in the meantime is passed over, and told by a test. */
export interface Queue<Item> {
  add(item: Item): void
  /** The first that still stands in line; it stays there. */
  first(standing: (item: Item) => boolean): Item | undefined
}

export function createQueue<Item>(): Queue<Item> {
  let items: Item[] = []
  let head = 0
  return {
    add(item) {
      // Not shifted one by one: that is slow, and so is a long tail of those passed by.
      if (head > 1024 && head * 2 > items.length) {
        items = items.slice(head)
        head = 0
      }
      items.push(item)
    },
    first(standing) {
      for (; head < items.length; head += 1) {
        const item = items[head]
        if (item !== undefined && standing(item)) return item
      }
      items.length = 0
      head = 0
      return undefined
    },
  }
}
