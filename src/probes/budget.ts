/** A bucket of probes that fills at a steady rate. */
export interface Budget {
  refill(nowMs: number): void
  affords(probes: number): boolean
  spend(probes: number): void
}

/** Probes that may begin at once after a pause. */
const burst = 64
/** A bucket that fills up between two ticks would lose what flows over. */
const burstMs = 100

export function createBudget(probesPerSecond: number): Budget {
  const most = Math.max(burst, (probesPerSecond * burstMs) / 1000)
  let left = most
  let filledMs: number | undefined
  return {
    refill(nowMs) {
      const passedMs = Math.max(0, nowMs - (filledMs ?? nowMs))
      left = Math.min(most, left + (passedMs / 1000) * probesPerSecond)
      filledMs = nowMs
    },
    affords: probes => left >= probes,
    spend(probes) {
      left -= probes
    },
  }
}
