import type { ProberState } from '../core/model/prober.ts'

/** What the prober's own state tells of the last few seconds. */
export interface Pace {
  begun(probes: number): void
  /** Returns whether that is too late for what is found now to be trusted. */
  ticked(lateMs: number): boolean
  /** Ends a second, and sums up. `sentBytes` and `cpuUs` are totals since the start. */
  roll(nowMs: number, sentBytes: number, cpuUs: number): PaceTold
}

export type PaceTold = Required<
  Pick<
    ProberState,
    'probesPerSecond' | 'lagMs' | 'late' | 'lateTicks' | 'bytesPerSecond' | 'cpuShare'
  >
>

/** At twice the time between ticks packets go out late, and answers are judged late. */
const lateFromMs = 100
const secondsKept = 4

export function createPace(startMs: number, startCpuUs: number): Pace {
  let seconds = [{ startMs, sentBytes: 0, cpuUs: startCpuUs, probes: 0, lagMs: 0 }]
  let lateTicks = 0
  const current = () => seconds.at(-1) as (typeof seconds)[number]
  return {
    begun(probes) {
      current().probes += probes
    },
    ticked(ms) {
      current().lagMs = Math.max(current().lagMs, ms)
      const late = ms > lateFromMs
      if (late) lateTicks += 1
      return late
    },
    roll(nowMs, sentBytes, cpuUs) {
      const first = seconds[0] ?? current()
      const passedMs = nowMs - first.startMs
      const perMs = (count: number) => (passedMs > 0 ? count / passedMs : 0)
      const probes = seconds.reduce((sum, second) => sum + second.probes, 0)
      const lagMs = Math.max(...seconds.map(second => second.lagMs))
      const next = { startMs: nowMs, sentBytes, cpuUs, probes: 0, lagMs: 0 }
      seconds = [...seconds.slice(1 - secondsKept), next]
      return {
        probesPerSecond: perMs(probes) * 1000,
        lagMs,
        late: lagMs > lateFromMs,
        lateTicks,
        bytesPerSecond: perMs(sentBytes - first.sentBytes) * 1000,
        cpuShare: perMs(cpuUs - first.cpuUs) / 1000,
      }
    },
  }
}
