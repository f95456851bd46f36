/** What the prober's own state tells of the last few seconds. */
export interface Pace {
  begun(probes: number): void
  ticked(lateMs: number): void
  /** Ends a second, and sums up. */
  roll(nowMs: number): { readonly probesPerSecond: number; readonly lagMs: number }
}

const secondsKept = 4

export function createPace(startMs: number): Pace {
  let seconds = [{ startMs, probes: 0, lagMs: 0 }]
  const current = () => seconds.at(-1) as (typeof seconds)[number]
  return {
    begun(probes) {
      current().probes += probes
    },
    ticked(lateMs) {
      current().lagMs = Math.max(current().lagMs, lateMs)
    },
    roll(nowMs) {
      const passedMs = nowMs - (seconds[0]?.startMs ?? nowMs)
      const probes = seconds.reduce((sum, second) => sum + second.probes, 0)
      const lagMs = Math.max(...seconds.map(second => second.lagMs))
      seconds = [...seconds.slice(1 - secondsKept), { startMs: nowMs, probes: 0, lagMs: 0 }]
      return { probesPerSecond: passedMs > 0 ? (probes / passedMs) * 1000 : 0, lagMs }
    },
  }
}
