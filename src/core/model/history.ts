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

export const createHistory = (capacity: number): Recorder => new Ring(capacity)

const timeSpan = 2 ** 29
const valueSpan = 2 ** 35
/** Values from here on are failures, by their reason's number counted down from the top. */
const longestNs = valueSpan - 1 - 64

/**
 * One flat ring, eight bytes an outcome: 29 bits of time, in milliseconds since `#baseMs` (six days
 * fit), and 35 bits of RTT in nanoseconds (34 seconds fit), or of why there is none. A class, since
 * a big cluster has twenty thousand: as literals with getters they take three times the memory.
 */
class Ring implements Recorder {
  readonly capacity: number
  readonly #words: Uint32Array
  #total = 0
  #baseMs = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.#words = new Uint32Array(2 * capacity)
  }

  get length(): number {
    return Math.min(this.#total, this.capacity)
  }

  get total(): number {
    return this.#total
  }

  add(outcome: Outcome): void {
    const value =
      outcome.kind === 'reply'
        ? Math.max(0, Math.min(Math.round(outcome.rttNs), longestNs))
        : valueSpan - 1 - failureReasons.indexOf(outcome.reason)
    const atMs = Math.round(outcome.atMs)
    const at = 2 * (this.#total % this.capacity)
    this.#total += 1
    this.#reach(atMs)
    this.#words[at] = (atMs - this.#baseMs) * 8 + Math.floor(value / 2 ** 32)
    this.#words[at + 1] = value % 2 ** 32
  }

  readonly atMs = (index: number): number => {
    const word = this.#words[this.#cell(index)]
    return word === undefined ? Number.NaN : this.#baseMs + (word >>> 3)
  }

  readonly rttNs = (index: number): number => {
    const value = this.#value(index)
    return value > longestNs ? Number.NaN : value
  }

  readonly reason = (index: number): FailureReason | undefined => {
    const value = this.#value(index)
    return value > longestNs ? failureReasons[valueSpan - 1 - value] : undefined
  }

  #cell(index: number): number {
    return 2 * ((Math.max(0, this.#total - this.capacity) + index) % this.capacity)
  }

  #value(index: number): number {
    const at = this.#cell(index)
    return ((this.#words[at] ?? 0) & 7) * 2 ** 32 + (this.#words[at + 1] ?? Number.NaN)
  }

  /** Moves the base where a time does not fit; what is too far from it then is as far as fits. */
  #reach(atMs: number): void {
    const offset = atMs - this.#baseMs
    if (offset >= 0 && offset < timeSpan) return
    const baseMs = atMs - timeSpan / 2
    const shift = baseMs - this.#baseMs
    for (let at = 0; at < this.#words.length; at += 2) {
      const word = this.#words[at] ?? 0
      const moved = Math.max(0, Math.min((word >>> 3) - shift, timeSpan - 1))
      this.#words[at] = moved * 8 + (word & 7)
    }
    this.#baseMs = baseMs
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
