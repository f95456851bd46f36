import type { Clock } from '../../clock.ts'

/** Lets many work, but only so many at a time, and only so many bytes a second. */
export interface Turns {
  /** Waits for a turn, and takes it; `spent` is told the bytes that it cost. */
  run<T>(signal: AbortSignal, work: (spent: (bytes: number) => void) => Promise<T>): Promise<T>
}

export interface TurnsOptions {
  readonly clock: Clock
  readonly concurrency: number
  readonly bytesPerSecond: number
}

/** In the order in which they came. */
export function createTurns({ clock, concurrency, bytesPerSecond }: TurnsOptions): Turns {
  const waiting = new Set<() => void>()
  let running = 0
  /** When all that was spent has been paid for, milliseconds of the monotonic clock. */
  let paidAtMs = 0
  const nowMs = () => Number(clock.monotonicNs() / 1_000_000n)

  const next = () => {
    const [first] = waiting
    if (first === undefined || running >= concurrency) return
    waiting.delete(first)
    running += 1
    first()
  }

  const turn = (signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = () => {
      if (waiting.delete(resolve)) reject(signal.reason)
    }
    waiting.add(resolve)
    signal.addEventListener('abort', leave, { once: true })
    next()
    return promise.finally(() => signal.removeEventListener('abort', leave))
  }

  const spent = (bytes: number) => {
    paidAtMs = Math.max(paidAtMs, nowMs()) + (1000 * bytes) / bytesPerSecond
  }

  return {
    async run(signal, work) {
      signal.throwIfAborted()
      await turn(signal)
      try {
        for (let waitMs = 1; waitMs > 0; ) {
          waitMs = paidAtMs - nowMs()
          if (waitMs > 0) await clock.sleep(waitMs, signal)
        }
        return await work(spent)
      } finally {
        running -= 1
        next()
      }
    },
  }
}
