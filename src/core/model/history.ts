import { markOf, marksIn, packetsIn } from './marks.ts'
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
  /** What the outcome tells beside, as `marksIn` reads it. */
  mark(index: number): number
  /** Packets (ICMP) or requests (HTTP) sent, and how many of them were lost; none where the prober failed. */
  sent(index: number): number
  lost(index: number): number
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
 * One flat ring, nine bytes an outcome: 29 bits of time, in milliseconds since `#baseMs` (six days
 * fit), and 35 bits of RTT in nanoseconds (34 seconds fit), or of why there is none; behind those of
 * all outcomes, a byte of marks each. A class, since a big cluster has twenty thousand: as literals
 * with getters, or with an array more, they take much more memory.
 */
class Ring implements Recorder {
  readonly capacity: number
  readonly #words: Uint32Array
  #total = 0
  #baseMs = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.#words = new Uint32Array(2 * capacity + Math.ceil(capacity / 4))
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
    const place = this.#total % this.capacity
    const at = 2 * place
    this.#total += 1
    this.#reach(atMs)
    this.#setMark(place, markOf(outcome))
    this.#words[at] = (atMs - this.#baseMs) * 8 + Math.floor(value / 2 ** 32)
    this.#words[at + 1] = value % 2 ** 32
  }

  atMs(index: number): number {
    const word = this.#words[2 * this.#place(index)]
    return word === undefined ? Number.NaN : this.#baseMs + (word >>> 3)
  }

  rttNs(index: number): number {
    const value = this.#value(index)
    return value > longestNs ? Number.NaN : value
  }

  reason(index: number): FailureReason | undefined {
    const value = this.#value(index)
    return value > longestNs ? failureReasons[valueSpan - 1 - value] : undefined
  }

  mark(index: number): number {
    const place = this.#place(index)
    return ((this.#words[this.#markWord(place)] ?? 0) >>> (8 * (place & 3))) & 255
  }

  sent(index: number): number {
    const reason = this.reason(index)
    return reason !== undefined && blames(reason) === 'prober' ? 0 : packetsIn(this.mark(index))
  }

  /** A reply is one packet that was answered. */
  lost(index: number): number {
    return this.sent(index) - (this.reason(index) === undefined ? 1 : 0)
  }

  #place(index: number): number {
    return (Math.max(0, this.#total - this.capacity) + index) % this.capacity
  }

  #markWord(place: number): number {
    return 2 * this.capacity + (place >> 2)
  }

  #setMark(place: number, mark: number): void {
    const at = this.#markWord(place)
    const shift = 8 * (place & 3)
    this.#words[at] = ((this.#words[at] ?? 0) & ~(255 << shift)) | (mark << shift)
  }

  #value(index: number): number {
    const at = 2 * this.#place(index)
    return ((this.#words[at] ?? 0) & 7) * 2 ** 32 + (this.#words[at + 1] ?? Number.NaN)
  }

  /** Moves the base where a time does not fit; what is too far from it then is as far as fits. */
  #reach(atMs: number): void {
    const offset = atMs - this.#baseMs
    if (offset >= 0 && offset < timeSpan) return
    const baseMs = atMs - timeSpan / 2
    const shift = baseMs - this.#baseMs
    for (let at = 0; at < 2 * this.capacity; at += 2) {
      const word = this.#words[at] ?? 0
      const moved = Math.max(0, Math.min((word >>> 3) - shift, timeSpan - 1))
      this.#words[at] = moved * 8 + (word & 7)
    }
    this.#baseMs = baseMs
  }
}

export interface Statistics {
  /** Packets (ICMP) or requests (HTTP) that say something about the node: not those that the prober spoiled. */
  readonly sent: number
  readonly lost: number
  /** Undefined where nothing was sent. */
  readonly lossRatio: number | undefined
  /** Nearest rank, so that every number shown was measured. Undefined without a reply. */
  readonly p50Ns: number | undefined
  readonly p95Ns: number | undefined
  readonly p99Ns: number | undefined
  readonly maxNs: number | undefined
  /** Mean difference of neighbouring RTTs. */
  readonly jitterNs: number | undefined
  /** HTTP: SYNs that had to be sent again. */
  readonly retransmits: number
  /** Outcomes found while the prober was late. */
  readonly inDoubt: number
}

export const emptyHistory: History = createHistory(1)

/** Statistics of the newest `count` outcomes; of all that are kept without it. */
export function statisticsOf(history: History, count = history.length): Statistics {
  const rtts: number[] = []
  const sums = { sent: 0, lost: 0, retransmits: 0, inDoubt: 0 }
  let stepsNs = 0
  for (let index = Math.max(0, history.length - count); index < history.length; index += 1) {
    sums.sent += history.sent(index)
    sums.lost += history.lost(index)
    const { retransmits = 0, inDoubt = false } = marksIn(history.mark(index))
    sums.retransmits += retransmits
    sums.inDoubt += Number(inDoubt)
    const rttNs = history.rttNs(index)
    if (Number.isNaN(rttNs)) continue
    stepsNs += rtts.length === 0 ? 0 : Math.abs(rttNs - (rtts.at(-1) ?? 0))
    rtts.push(rttNs)
  }
  const sorted = Float64Array.from(rtts).sort()
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]
  return {
    sent: sums.sent,
    lost: sums.lost,
    lossRatio: sums.sent === 0 ? undefined : sums.lost / sums.sent,
    p50Ns: rank(0.5),
    p95Ns: rank(0.95),
    p99Ns: rank(0.99),
    maxNs: rank(1),
    jitterNs: rtts.length < 2 ? undefined : stepsNs / (rtts.length - 1),
    retransmits: sums.retransmits,
    inDoubt: sums.inDoubt,
  }
}
