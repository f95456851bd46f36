import type { Marks } from './marks.ts'

export const probeKinds = ['icmp', 'http'] as const
export type ProbeKind = (typeof probeKinds)[number]

/**
 * Why no reply came, and whose doing that is. A failure that the prober itself caused says nothing
 * about the node: it makes the verdict unknown and counts as no loss.
 * The order is the code that histories and messages keep: append only.
 */
const reasons = {
  timeout: 'target',
  refused: 'target',
  reset: 'target',
  closed: 'target',
  'host-unreachable': 'target',
  'network-unreachable': 'target',
  prohibited: 'target',
  'invalid-route': 'target',
  'bad-status': 'target',
  'bad-reply': 'target',
  other: 'target',
  'not-permitted': 'prober',
  'no-resources': 'prober',
  'switched-off': 'prober',
} as const satisfies Record<string, 'target' | 'prober'>

export type FailureReason = keyof typeof reasons
export const failureReasons = Object.keys(reasons) as readonly FailureReason[]
export const blames = (reason: FailureReason): 'target' | 'prober' => reasons[reason]

/**
 * Which clock took the arrival: the kernel's packet stamp, this process, or one we cannot know. Whose
 * the departure's is, is not told: this process stamps it straight before it sends, and after a pause,
 * when that would be too early, the kernel's own stamp takes its place where one comes. Either is
 * within some microseconds of the wire (docs/benchmarks.md); `doctor` says what the sockets can stamp.
 */
export const clocks = ['kernel', 'process', 'unknown'] as const
export type StampClock = (typeof clocks)[number]

export interface Reply extends Marks {
  readonly kind: 'reply'
  /** Wall time of completion, Unix milliseconds. */
  readonly atMs: number
  /** HTTP: connection and request together, until the first byte of the answer. */
  readonly rttNs: number
  readonly clock: StampClock
  /** HTTP only: the TCP handshake alone. */
  readonly connectNs?: number
}

export interface Failure extends Marks {
  readonly kind: 'failure'
  readonly atMs: number
  readonly reason: FailureReason
  /** A few words of evidence: an HTTP status, who said "unreachable". May be empty. */
  readonly detail: string
}

/** What one probe found. */
export type Outcome = Reply | Failure

/** HTTP only: from the end of the handshake to the first byte of the answer, nanoseconds. */
export const firstByteNs = ({ rttNs, connectNs }: Reply): number | undefined =>
  connectNs === undefined ? undefined : Math.max(0, rttNs - connectNs)
