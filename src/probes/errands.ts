import type { Marks } from '../core/model/marks.ts'
import type { FailureReason, ProbeKind } from '../core/model/probe.ts'
import type { Ability, Slot } from '../core/model/prober.ts'
import type { Method, Replied, Report } from './method.ts'
import type { Peer } from './peer.ts'

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
  /** Errands that run at once. */
  readonly atOnce: number
  readonly timeoutMs: number
  readonly report: Report
  /** Runs one probe. It should end at once when the signal fires; nobody listens after that. */
  readonly run: (peer: Peer, signal: AbortSignal) => Promise<ErrandResult>
  readonly forget?: (slot: Slot) => void
}

/** Probes that wait longer than this many fill no queue: the prober is overrun. */
const mostWaiting = 4096

/** A method out of something that probes one peer at a time: the fallbacks' common part. */
export function createErrands(settings: ErrandSettings): Method {
  const { kind, report, timeoutMs } = settings
  const waiting: { readonly peer: Peer; readonly sinceMs: number }[] = []
  const running = new Set<AbortController>()

  const start = async (peer: Peer) => {
    const abort = new AbortController()
    const { promise: over, resolve: giveUp } = Promise.withResolvers<ErrandResult>()
    const timer = setTimeout(giveUp, timeoutMs, { kind: 'failure', reason: 'timeout', detail: '' })
    running.add(abort)
    const result = await Promise.race([settings.run(peer, abort.signal), over])
    clearTimeout(timer)
    running.delete(abort)
    abort.abort()
    if (result.kind === 'reply') report.reply(peer, kind, result)
    else report.failure(peer, kind, result.reason, result.detail, result)
    next()
  }

  const next = () => {
    while (running.size < settings.atOnce) {
      const first = waiting.shift()
      if (!first) return
      void start(first.peer)
    }
  }

  return {
    ability: settings.ability,
    room: () => mostWaiting - waiting.length,
    begin(peers, nowMs) {
      for (const peer of peers) waiting.push({ peer, sinceMs: nowMs })
      next()
    },
    drain: () => {},
    expire(nowMs) {
      while (nowMs - (waiting[0]?.sinceMs ?? nowMs) > timeoutMs) {
        const late = waiting.shift()
        if (late) report.failure(late.peer, kind, 'no-resources', 'no free place in time')
      }
    },
    inFlight: () => waiting.length + running.size,
    drops: () => 0,
    forget: slot => settings.forget?.(slot),
    close() {
      waiting.length = 0
      for (const abort of running) abort.abort()
    },
  }
}
