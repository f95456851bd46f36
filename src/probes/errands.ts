import type { Marks } from '../core/model/marks.ts'
import type { FailureReason, ProbeKind } from '../core/model/probe.ts'
import type { Ability, Slot } from '../core/model/prober.ts'
import type { Method, Replied, Report } from './method.ts'
import type { Peer } from './peer.ts'
import { createTimeline } from './timeline.ts'

export type ErrandResult =
  | (Replied & { readonly kind: 'reply' })
  | (Marks & {
      readonly kind: 'failure'
      readonly reason: FailureReason
      readonly detail: string
    })

export interface ErrandSettings {
  readonly kind: ProbeKind
  readonly ability: Ability
  /** Errands that may run at once: `young` of them as long as they may still be answered soon. */
  readonly most: { readonly young: number; readonly running: number }
  readonly timeoutMs: number
  readonly report: Report
  /** Runs one probe. Once the signal fires nobody listens; its place is free when it has ended. */
  readonly run: (peer: Peer, signal: AbortSignal) => Promise<ErrandResult>
  /** What is known of a probe without an answer. */
  readonly unanswered?: Marks
  readonly forget?: (slot: Slot) => void
}

interface Errand {
  readonly peer: Peer
  readonly beganMs: number
  readonly abort: AbortController
  young: boolean
  open: boolean
}

/** An errand without an answer by now is slow: it does not crowd the others. */
const youngMs = 50

const stages = { grown: 0, over: 1 } as const

/** A method out of something that probes one peer at a time: the fallbacks' common part. */
export function createErrands(settings: ErrandSettings): Method {
  const { kind, report, timeoutMs, most } = settings
  const timeline = createTimeline<Errand>([Math.min(youngMs, timeoutMs), timeoutMs])
  const running = new Set<Errand>()
  let young = 0
  let open = 0

  const grow = (errand: Errand) => {
    if (errand.young) young -= 1
    errand.young = false
  }
  const end = (errand: Errand) => {
    grow(errand)
    errand.open = false
    open -= 1
  }
  const fail = (errand: Errand, reason: FailureReason, detail: string, marks?: Marks) => {
    end(errand)
    report.failure(errand.peer, kind, reason, detail, marks)
  }

  const start = async (errand: Errand) => {
    running.add(errand)
    const result = await settings.run(errand.peer, errand.abort.signal)
    running.delete(errand)
    // What comes after the deadline is no answer: `expire` tells whose fault that is.
    if (!errand.open || performance.now() - errand.beganMs > timeoutMs) return
    if (result.kind === 'failure') return fail(errand, result.reason, result.detail, result)
    end(errand)
    report.reply(errand.peer, kind, result)
  }

  const giveUp = (errand: Errand, stalledMs: number) => {
    if (!errand.open) return
    errand.abort.abort()
    if (errand.beganMs > stalledMs) fail(errand, 'timeout', '', settings.unanswered)
    else fail(errand, 'no-resources', 'this prober was held up')
  }

  return {
    ability: settings.ability,
    room: () => Math.min(most.young - young, most.running - running.size),
    begin(peers, nowMs) {
      for (const peer of peers) {
        const abort = new AbortController()
        const errand: Errand = { peer, beganMs: nowMs, abort, young: true, open: true }
        young += 1
        open += 1
        timeline.add(errand, nowMs)
        void start(errand)
      }
    },
    drain: () => {},
    expire(nowMs, stalledMs) {
      timeline.pass(stages.grown, nowMs, grow)
      timeline.pass(stages.over, nowMs, errand => giveUp(errand, stalledMs))
    },
    inFlight: () => open,
    drops: () => 0,
    forget: slot => settings.forget?.(slot),
    close() {
      for (const { abort } of running) abort.abort()
    },
  }
}
