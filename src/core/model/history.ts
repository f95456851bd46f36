import { blames, type FailureReason, failureReasons, type Outcome } from './probe.ts'

/** The newest outcomes of one probe, oldest first. It is live: it may be ahead of a snapshot. */
export interface History {
  readonly capacity: number
  /** Outcomes kept, at most `capacity`. */
  readonly length: number
  /** Outcomes ever added: changes whenever anything here does. */
  readonly total: number
  /** Unix milliseconds; index 0 is the oldest outcome kept. */
  atMs(index: number): number
  /** NaN where no reply came. */
  rttNs(index: number): number
  /** Undefined where a reply came. */
  reason(index: number): FailureReason | undefined
}

export interface Recorder extends History {
  add(outcome: Outcome): void
}

/** One flat ring of (time, RTT) pairs; a failure is kept as minus its reason's number, less one. */
export function createHistory(capacity: number): Recorder {
  const ring = new Float64Array(2 * capacity)
  let total = 0
  const cell = (index: number) => 2 * ((Math.max(0, total - capacity) + index) % capacity)
  const value = (index: number) => ring[cell(index) + 1] ?? Number.NaN
  return {
    capacity,
    get length() {
      return Math.min(total, capacity)
    },
    get total() {
      return total
    },
    add(outcome) {
      const at = 2 * (total % capacity)
      ring[at] = outcome.atMs
      ring[at + 1] =
        outcome.kind === 'reply' ? outcome.rttNs : -1 - failureReasons.indexOf(outcome.reason)
      total += 1
    },
    atMs: index => ring[cell(index)] ?? Number.NaN,
    rttNs: index => (value(index) < 0 ? Number.NaN : value(index)),
    reason: index => (value(index) < 0 ? failureReasons[-1 - value(index)] : undefined),
  }
}

export interface Statistics {
  /** Probes that say something about the node: those that the prober spoiled are left out. */
  readonly sent: number
  readonly lost: number
  readonly lossRatio: number
  /** Nearest rank, so that every number shown was measured. Undefined without a reply. */
  readonly p50Ns: number | undefined
  readonly p95Ns: number | undefined
  readonly p99Ns: number | undefined
  readonly maxNs: number | undefined
  /** Mean difference of neighbouring RTTs. */
  readonly jitterNs: number | undefined
}

export const emptyHistory: History = createHistory(1)

/** Statistics of the newest `count` outcomes; of all that are kept without it. */
export function statisticsOf(history: History, count = history.length): Statistics {
  const rtts: number[] = []
  let lost = 0
  let stepsNs = 0
  for (let index = Math.max(0, history.length - count); index < history.length; index += 1) {
    const reason = history.reason(index)
    if (reason !== undefined) {
      if (blames(reason) === 'target') lost += 1
      continue
    }
    const rttNs = history.rttNs(index)
    stepsNs += rtts.length === 0 ? 0 : Math.abs(rttNs - (rtts.at(-1) ?? 0))
    rtts.push(rttNs)
  }
  const sorted = Float64Array.from(rtts).sort()
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]
  const sent = rtts.length + lost
  return {
    sent,
    lost,
    lossRatio: sent === 0 ? 0 : lost / sent,
    p50Ns: rank(0.5),
    p95Ns: rank(0.95),
    p99Ns: rank(0.99),
    maxNs: rank(1),
    jitterNs: rtts.length < 2 ? undefined : stepsNs / (rtts.length - 1),
  }
}
