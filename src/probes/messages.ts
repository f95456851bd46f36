import { markOf, marksIn } from '../core/model/marks.ts'
import {
  clocks,
  type FailureReason,
  failureReasons,
  type ProbeKind,
  probeKinds,
  type StampClock,
} from '../core/model/probe.ts'
import type { Finding, ProberState, Slot, Target } from '../core/model/prober.ts'
import type { HttpChoice } from './http/open.ts'
import type { IcmpChoice } from './icmp/choose.ts'
import type { Report } from './method.ts'
import type { Peer } from './peer.ts'

export interface ProberSettings {
  /** Where the peers' responders listen. Cilium's port is 4240. */
  readonly httpPort: number
  readonly timeoutMs: number
  /** Probes, not addresses: each address is probed by ICMP and by HTTP. */
  readonly maxProbesPerSecond: number
  readonly icmp: IcmpChoice
  /** Packets of an ICMP probe at most, 1 to 10: 100 ms apart, until one is answered. */
  readonly icmpCount: number
  /** Bytes of receive buffer to ask for instead of plenty: benches try what most hosts grant. */
  readonly icmpBufferBytes?: number
  readonly http: HttpChoice
}

/** What a new worker gets. */
export interface Inheritance {
  readonly settings: ProberSettings
  /** Where it notes what it opens. */
  readonly descriptors: SharedArrayBuffer
}

/** What the main thread tells the worker. */
export type Order =
  | { readonly kind: 'follow'; readonly targets: readonly Target[]; readonly intervalMs: number }
  | { readonly kind: 'probe'; readonly id: number; readonly slots: readonly Slot[] }
  | { readonly kind: 'close' }

/** What the worker tells the main thread. `toldMs`: when, by `process.hrtime`, which threads share. */
export type News =
  | { readonly kind: 'ready'; readonly state: ProberState }
  | { readonly kind: 'state'; readonly state: ProberState; readonly toldMs: number }
  | ({ readonly kind: 'findings' } & PackedFindings)
  /** The targets of a `probe` order have their findings. */
  | { readonly kind: 'probed'; readonly id: number }

/** Findings as one row of numbers each, and the few texts beside them, by the row's number. */
export interface PackedFindings {
  readonly rows: Float64Array<ArrayBuffer>
  readonly details: readonly (readonly [row: number, detail: string])[]
}

/** Columns: slot, kind, code, at (ms), RTT (ns), handshake (ns; NaN without one), mark. */
const columns = 7

const numbered = <Word extends string>(words: readonly Word[]) =>
  Object.fromEntries(words.map((word, index) => [word, index])) as Record<Word, number>
const kindCodes = numbered(probeKinds)
/** A reply's code is its clock's number; a failure's comes behind those. */
const codes = numbered<StampClock | FailureReason>([...clocks, ...failureReasons])

/** Monotonic milliseconds that all threads share. */
export const sharedMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

export interface Outbox extends Report {
  /** Takes what was reported since the last time; undefined where nothing was. */
  take(): PackedFindings | undefined
  /** How many findings there are to take. */
  rows(): number
}

export function createOutbox(): Outbox {
  let rows = new Float64Array(columns * 64)
  let details: [number, string][] = []
  let count = 0

  const write = (
    { slot }: Peer,
    kind: ProbeKind,
    code: number,
    atMs: number,
    rttNs: number,
    connectNs: number,
    mark: number,
  ) => {
    const at = count * columns
    if (rows.length < at + columns) {
      const wider = new Float64Array(rows.length * 2)
      wider.set(rows)
      rows = wider
    }
    rows[at] = slot
    rows[at + 1] = kindCodes[kind]
    rows[at + 2] = code
    rows[at + 3] = atMs
    rows[at + 4] = rttNs
    rows[at + 5] = connectNs
    rows[at + 6] = mark
    count += 1
  }

  return {
    reply(peer, kind, reply) {
      const { atMs, rttNs, clock, connectNs = Number.NaN } = reply
      write(peer, kind, codes[clock], atMs, rttNs, connectNs, markOf(reply))
    },
    failure(peer, kind, reason, detail, marks) {
      if (detail !== '') details.push([count, detail])
      write(peer, kind, codes[reason], Date.now(), 0, Number.NaN, marks ? markOf(marks) : 0)
    },
    take() {
      if (count === 0) return undefined
      const taken = { rows: rows.slice(0, count * columns), details }
      details = []
      count = 0
      return taken
    },
    rows: () => count,
  }
}

/** The findings that a packed message means. */
export function unpackFindings({ rows, details }: PackedFindings): Finding[] {
  const findings: Finding[] = []
  let nextDetail = 0
  for (let row = 0; row * columns < rows.length; row += 1) {
    const [of, detail] = details[nextDetail] ?? [-1, '']
    if (of === row) nextDetail += 1
    findings.push(unpack(rows, row * columns, of === row ? detail : ''))
  }
  return findings
}

function unpack(rows: Float64Array, at: number, detail: string): Finding {
  const cell = (column: number) => rows[at + column] ?? Number.NaN
  const slot = cell(0)
  const kind = probeKinds[cell(1)] ?? 'icmp'
  const code = cell(2)
  const atMs = cell(3)
  const rttNs = cell(4)
  const connectNs = cell(5)
  const marks = marksIn(cell(6))
  const clock = clocks[code]
  if (clock === undefined) {
    const reason = failureReasons[code - clocks.length] ?? 'other'
    return { slot, kind, outcome: { kind: 'failure', atMs, reason, detail, ...marks } }
  }
  const reply = { kind: 'reply', atMs, rttNs, clock, ...marks } as const
  return { slot, kind, outcome: Number.isNaN(connectNs) ? reply : { ...reply, connectNs } }
}
