import { setTimeout as sleep } from 'node:timers/promises'

export interface Clock {
  /** Wall time, for people. It may jump. */
  nowMs(): number
  /** Time since an arbitrary start, for measuring. It never goes back. */
  monotonicNs(): bigint
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicNs: () => process.hrtime.bigint(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
}
