import type { Marks } from '../core/model/marks.ts'
import type { FailureReason, ProbeKind, StampClock } from '../core/model/probe.ts'
import type { Ability, RejectedReplies, Slot } from '../core/model/prober.ts'
import type { Peer } from './peer.ts'

/** Takes down what the probes found. */
export interface Report {
  /** `reply` may change after the call. */
  reply(peer: Peer, kind: ProbeKind, reply: Replied): void
  failure(peer: Peer, kind: ProbeKind, reason: FailureReason, detail: string, marks?: Marks): void
}

export interface Replied extends Marks {
  readonly atMs: number
  readonly rttNs: number
  readonly clock: StampClock
  readonly connectNs?: number
}

/** One way to probe. Each peer begun ends in exactly one report. Times are monotonic milliseconds. */
export interface Method {
  readonly ability: Ability
  /** How many more may begin now without crowding each other. */
  room(): number
  begin(peers: readonly Peer[], nowMs: number): void
  /** Takes in what arrived. Cheap when nothing did. */
  drain(nowMs: number): void
  /**
   * Sends again what is due again, and gives up what is over time. Call it after `drain`. What began
   * before `stalledMs`, when this process last held everything up, is not the target's fault.
   */
  expire(nowMs: number, stalledMs: number): void
  /** Probes begun and not ended. */
  inFlight(): number
  /** Replies that the socket buffer had no room for, since the start. */
  drops(): number
  /** Replies that were not what they seemed, since the start. */
  rejected?(): RejectedReplies
  /** Bytes of IP sent, since the start, as far as we know. */
  sentBytes?(): number
  forget(slot: Slot): void
  close(): void
}

/** Why a method is off, and the ways out. */
export interface Off {
  readonly reason: 'not-permitted' | 'switched-off'
  readonly why: string
  readonly remedies: readonly string[]
}

/** Nobody wants it done. */
export const switchedOff = 'switched off'

/** The method of what cannot be done here, or is not wanted: each probe says so at once. */
export function createOff(kind: ProbeKind, { reason, why, remedies }: Off, report: Report): Method {
  return {
    ability: { kind: 'off', why, remedies },
    room: () => Number.POSITIVE_INFINITY,
    begin: peers => {
      for (const peer of peers) report.failure(peer, kind, reason, '')
    },
    drain: () => {},
    expire: () => {},
    inFlight: () => 0,
    drops: () => 0,
    forget: () => {},
    close: () => {},
  }
}
