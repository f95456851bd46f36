import type { ProberState, RejectedReplies } from '../core/model/prober.ts'

/** How long to wait before a lost thread is replaced. */
export interface Patience {
  /** A thread began to work. */
  ready(): void
  /** One was lost: milliseconds until the next may start. */
  lostMs(): number
}

/** A thread that worked for this long owes nothing to those before it. */
const wellMs = 60_000
const mostMs = 30_000

/** At once the first time, then after 1 s, twice as long each time, 30 s at most. */
export function createPatience(nowMs: () => number = () => performance.now()): Patience {
  let tries = 0
  let readyMs = Number.POSITIVE_INFINITY
  return {
    ready() {
      readyMs = nowMs()
    },
    lostMs() {
      if (nowMs() - readyMs > wellMs) tries = 0
      readyMs = Number.POSITIVE_INFINITY
      const waitMs = tries === 0 ? 0 : Math.min(mostMs, 500 * 2 ** tries)
      tries += 1
      return waitMs
    },
  }
}

/** What a state counts since the start of the program, not of the thread. */
const counters = [
  'drops',
  'clockSteps',
  'lateTicks',
] as const satisfies readonly (keyof ProberState)[]

/** The state of a thread that goes on counting where the one before it ended. */
export function continued(state: ProberState, before: ProberState | undefined): ProberState {
  if (before === undefined) return state
  const totals = counters.map(name => [name, (before[name] ?? 0) + (state[name] ?? 0)] as const)
  const rejected = sumOf(state.rejected, before.rejected)
  const { lateAtMs, steppedAtMs } = before
  return {
    ...(lateAtMs === undefined ? {} : { lateAtMs }),
    ...(steppedAtMs === undefined ? {} : { steppedAtMs }),
    ...state,
    ...Object.fromEntries(totals),
    ...(rejected ? { rejected } : {}),
  }
}

function sumOf(
  counts: RejectedReplies | undefined,
  before: RejectedReplies | undefined,
): RejectedReplies | undefined {
  if (counts === undefined || before === undefined) return counts ?? before
  const kinds = Object.keys(counts) as (keyof RejectedReplies)[]
  const sums = kinds.map(kind => [kind, counts[kind] + before[kind]])
  return Object.fromEntries(sums)
}
