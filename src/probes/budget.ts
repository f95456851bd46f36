/** Probes that may begin, as time brings them. */
export interface Budget {
  /**
   * A tick begins. What the one before left is lost, so that pauses are not made up for; but for a
   * little where it was `wanted`, and only room kept it from being spent.
   */
  refill(nowMs: number, wanted: boolean): void
  affords(probes: number): boolean
  spend(probes: number): void
}

/** The first tick comes before any time has passed. */
const firstMs = 5
/** Longer than a calm prober's tick; a thread that stood still gets no more. */
const burstMs = 200
const keptMs = 25

export function createBudget(probesPerSecond: number): Budget {
  const perMs = probesPerSecond / 1000
  let left = firstMs * perMs
  let filledMs: number | undefined
  /** The dearest turn: a small budget saves for it over several ticks. */
  let turn = 0
  return {
    refill(nowMs, wanted) {
      const passedMs = Math.min(burstMs, nowMs - (filledMs ?? nowMs))
      const kept = Math.max(turn, wanted ? keptMs * perMs : 0)
      if (passedMs > 0) left = Math.min(left, kept) + passedMs * perMs
      filledMs = nowMs
    },
    affords(probes) {
      turn = Math.max(turn, probes)
      return left >= probes
    },
    spend(probes) {
      left -= probes
    },
  }
}
