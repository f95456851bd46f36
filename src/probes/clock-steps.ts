import type { ProberState } from '../core/model/prober.ts'

/** Notices when somebody sets the wall clock, which all stamps are taken by. */
export interface ClockSteps {
  look(): void
  told(): Pick<ProberState, 'clockSteps' | 'steppedAtMs'>
}

/** Both clocks are slewed alike, and read a little after each other; more than this is a step. */
const leastMs = 10
/** A pause between two readings looks like a step: then the next look tells. */
const mostPauseMs = 1

/** `wallMs` and `monotonicMs` read the two clocks. */
export function createClockSteps(
  wallMs: () => number = Date.now,
  monotonicMs: () => number = () => performance.now(),
): ClockSteps {
  let offsetMs = wallMs() - monotonicMs()
  let steps: { readonly clockSteps: number; readonly steppedAtMs?: number } = { clockSteps: 0 }
  return {
    look() {
      const beforeMs = monotonicMs()
      const nowMs = wallMs()
      const afterMs = monotonicMs()
      if (afterMs - beforeMs > mostPauseMs) return
      const stepped = Math.abs(nowMs - afterMs - offsetMs) > leastMs
      if (stepped) steps = { clockSteps: steps.clockSteps + 1, steppedAtMs: nowMs }
      offsetMs = nowMs - afterMs
    },
    told: () => steps,
  }
}
