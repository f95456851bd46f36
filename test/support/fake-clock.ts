import type { Clock } from '../../src/core/clock.ts'

/** A clock that stands still until told to go on. */
export function fakeClock(startMs = Date.UTC(2026, 0, 1)) {
  let elapsedMs = 0
  let sleepers: { readonly wakeMs: number; readonly wake: () => void }[] = []
  return {
    nowMs: () => startMs + elapsedMs,
    monotonicNs: () => BigInt(elapsedMs) * 1_000_000n,
    sleep: (ms, signal) =>
      new Promise<void>((wake, reject) => {
        signal.throwIfAborted()
        sleepers.push({ wakeMs: elapsedMs + ms, wake })
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
    /** Goes on by `ms`, wakes who is due, and lets them finish. */
    async advance(ms: number) {
      elapsedMs += ms
      const due = sleepers.filter(sleeper => sleeper.wakeMs <= elapsedMs)
      sleepers = sleepers.filter(sleeper => sleeper.wakeMs > elapsedMs)
      for (const { wake } of due.sort((a, b) => a.wakeMs - b.wakeMs)) wake()
      await new Promise(setImmediate)
    },
  } satisfies Clock & { advance(ms: number): Promise<void> }
}
