import { randomFillSync } from 'node:crypto'

/** Random words of 32 bits that no stranger can guess, drawn a few thousand at a time. */
export function createRandomWords(): () => number {
  const pool = new Uint32Array(2048)
  let used = pool.length
  return () => {
    if (used === pool.length) {
      randomFillSync(pool)
      used = 0
    }
    return pool[used++] ?? 0
  }
}
