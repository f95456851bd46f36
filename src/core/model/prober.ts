import type { IpAddress } from './node.ts'
import type { Outcome, ProbeKind, StampClock } from './probe.ts'

/** A path's number, given by the store and never used twice. */
export type Slot = number

export interface Target {
  readonly slot: Slot
  readonly ip: IpAddress
}

/** Whom to probe, and how often each. Each turn of a target probes it by every kind. */
export interface ProbePlan {
  readonly targets: readonly Target[]
  /** 0: only on demand. */
  readonly intervalMs: number
}

export interface Finding {
  readonly slot: Slot
  readonly kind: ProbeKind
  readonly outcome: Outcome
}

/** What can be probed here, and how; or why it cannot, and the ways out. */
export type Ability =
  | { readonly kind: 'ready'; readonly method: string; readonly clock: StampClock }
  | { readonly kind: 'off'; readonly why: string; readonly remedies: readonly string[] }

export interface ProberState {
  readonly abilities: {
    readonly icmp4: Ability
    readonly icmp6: Ability
    readonly http: Ability
  }
  /** Probes (not addresses) begun a second, over the last few seconds. */
  readonly probesPerSecond: number
  readonly maxProbesPerSecond: number
  readonly timeoutMs: number
  /** Probes begun and not yet answered or expired. */
  readonly inFlight: number
  /** How late the prober's own clock tick ran at worst, over the last few seconds. */
  readonly lagMs: number
  /** Replies that the socket buffer had no room for, since the start: our fault, not the network's. */
  readonly drops: number
  /** ICMP replies that were not accepted, since the start; absent where none can be seen. */
  readonly rejected?: RejectedReplies
  /** A tick was so late, over the last few seconds, that what was found then may be our own doing. */
  readonly late?: boolean
  /** When a tick was last that late, Unix milliseconds: what was found about then is in doubt. */
  readonly lateAtMs?: number
  /** How many ticks were that late, since the start. */
  readonly lateTicks?: number
  /** CPU time of the whole process in parts of one core, over the last few seconds. */
  readonly cpuShare?: number
  /** Memory of the whole process. */
  readonly rssBytes?: number
  /** Bytes of IP sent a second, over the last few seconds: an estimate from packets and requests. */
  readonly bytesPerSecond?: number
  /** Targets that are due and wait for budget or room. */
  readonly queueLength?: number
  /** How long news waited at worst for the main thread, over the last few seconds. */
  readonly mainLagMs?: number
  /** How often somebody set this machine's clock while we probed. Round trips are not bent by it. */
  readonly clockSteps?: number
  /** When that happened last, by the new time, Unix milliseconds. */
  readonly steppedAtMs?: number
  /** How often the probe thread was lost and replaced; absent while it is the first. */
  readonly restarts?: number
  /** When that happened last, Unix milliseconds. */
  readonly restartedAtMs?: number
  /** Why it was lost then. */
  readonly restartReason?: string
}

/** By what gave them away. */
export interface RejectedReplies {
  /** After the timeout. */
  readonly late: number
  /** A second one to the same probe. */
  readonly duplicate: number
  /** Not ours: of an unknown probe, or from another address. */
  readonly foreign: number
  /** Ours once, but changed or cut on the way. */
  readonly altered: number
  /** Of a probe of ours, but with a wrong token: somebody guesses. */
  readonly spoofed: number
}

export interface ProberEvents {
  /** Findings since the last tick, in order of completion. */
  findings(batch: readonly Finding[]): void
  /** About once a second, and at once when an ability changes. */
  state(state: ProberState): void
  /** The probe thread is lost; who waits for probes is refused. A new one starts at this time. */
  interrupted(reason: string, retryAtMs: number): void
  /** A new one probes. */
  resumed(): void
}

/** Sends the probes. Each ends in one finding within the timeout, whatever the target does. */
export interface Prober {
  /** Replaces the plan. Targets that stay keep their turn; new ones are probed at once. */
  follow(plan: ProbePlan): void
  /**
   * Probes these targets of the plan now, by every kind, within the budget; what is in flight
   * already is not sent twice. Resolves once each has its finding; rejects when closed or interrupted
   * before that.
   */
  probe(slots: readonly Slot[]): Promise<void>
  close(): Promise<void>
}

/** Opens a prober that reports to `events`. */
export type OpenProber = (events: ProberEvents) => Promise<Prober>
