import type { ProberState, RejectedReplies, Slot, Target } from '../core/model/prober.ts'
import { type ClockSteps, createClockSteps } from './clock-steps.ts'
import type { Ledger } from './ledger.ts'
import { type News, type Outbox, type ProberSettings, sharedMs } from './messages.ts'
import type { Methods } from './methods.ts'
import { createPace, type Pace } from './pace.ts'
import { type Peer, toPeer } from './peer.ts'
import { createRota, type Rota } from './rota.ts'

/** The worker's loop: one timer, and at each tick everything there is to do. */
export interface Rounds {
  start(): void
  follow(targets: readonly Target[], intervalMs: number): void
  probe(id: number, slots: readonly Slot[]): void
  close(): void
}

interface Parts {
  readonly settings: ProberSettings
  readonly methods: Methods
  readonly ledger: Ledger
  readonly outbox: Outbox
  readonly tell: (news: News) => void
}

interface Loop extends Parts {
  readonly rota: Rota<Peer>
  readonly pace: Pace
  readonly clockSteps: ClockSteps
  peers: readonly Peer[]
  timer: NodeJS.Timeout | undefined
  dueMs: number
  intervalMs: number
  /** Until when the main thread, which asked for something, should not be kept waiting. */
  swiftUntilMs: number
  sentAtMs: number
  lateAtMs: number | undefined
  /** When the last stall ended: for so long this thread did not run that replies may be lost. */
  stalledMs: number
  toldMs: number
}

/** Peers that begin between two looks at the sockets. */
const groupSize = 32
const stateEveryMs = 1000
/** Sooner where an order was filled: who gave it reads the state, too. */
const stateRestMs = 100
/** A shorter delay, or one within half the timeout, leaves time enough to send again. */
const stallMs = 250

/**
 * How long until the next tick. A wake-up costs as much as the probes of several targets: while few
 * are due and nobody waits, a calm prober gathers them, and what they found, for longer.
 */
const tickMs = { hungry: 5, queued: 10, swift: 50, calm: 150 } as const
/** How long findings may wait for others; the views look a few times a second. */
const gatherMs = 250
const gatherRows = 64
/** Turns that begin in one tick of a prober that is not calm. */
const crowd = 64
const swiftMs = 1000

export function createRounds(parts: Parts): Rounds {
  const { settings, methods, ledger, tell } = parts
  const nowMs = performance.now()
  const { maxProbesPerSecond } = settings
  const loop: Loop = {
    ...parts,
    rota: createRota({ maxProbesPerSecond, cost: methods.cost }),
    pace: createPace(nowMs, processUs()),
    clockSteps: createClockSteps(),
    peers: [],
    timer: undefined,
    dueMs: nowMs,
    intervalMs: 0,
    swiftUntilMs: nowMs,
    sentAtMs: nowMs,
    lateAtMs: undefined,
    stalledMs: Number.NEGATIVE_INFINITY,
    toldMs: nowMs,
  }
  return {
    start() {
      tell({ kind: 'ready', state: stateOf(loop, nowMs) })
      hurry(loop)
    },
    follow(targets, intervalMs) {
      follow(loop, targets, intervalMs)
      hurry(loop)
    },
    probe(id, slots) {
      ledger.order(id, loop.rota.demand(slots))
      hurry(loop)
    },
    close() {
      clearTimeout(loop.timer)
      methods.close()
    },
  }
}

function follow(loop: Loop, targets: readonly Target[], intervalMs: number): void {
  const before = loop.peers
  loop.peers = targets
    .map(target => loop.rota.member(target.slot) ?? toPeer(target))
    .filter(peer => peer !== undefined)
  loop.rota.follow(loop.peers, intervalMs, performance.now())
  loop.intervalMs = intervalMs
  for (const peer of before) {
    if (loop.rota.member(peer.slot)) continue
    loop.ledger.drop(peer)
    for (const method of loop.methods.all) method.forget(peer.slot)
  }
}

/** Ticks as soon as the messages at hand are read. */
function hurry(loop: Loop): void {
  loop.swiftUntilMs = performance.now() + swiftMs
  schedule(loop, 0)
}

function schedule(loop: Loop, delayMs: number): void {
  clearTimeout(loop.timer)
  loop.dueMs = performance.now() + delayMs
  loop.timer = setTimeout(tick, delayMs, loop)
}

function tick(loop: Loop): void {
  loop.clockSteps.look()
  const nowMs = performance.now()
  const lateMs = Math.max(0, nowMs - loop.dueMs)
  if (loop.pace.ticked(lateMs)) {
    loop.lateAtMs = Date.now()
    loop.ledger.late()
  }
  if (lateMs > Math.max(stallMs, loop.settings.timeoutMs / 2)) loop.stalledMs = nowMs
  drain(loop)
  const begun = begin(loop, nowMs)
  for (const method of loop.methods.all) method.expire(performance.now(), loop.stalledMs)
  const swift = begun >= crowd || nowMs < loop.swiftUntilMs
  tellAll(loop, nowMs, swift)
  schedule(loop, restMs(loop, swift))
}

function restMs({ rota, settings, intervalMs }: Loop, swift: boolean): number {
  if (rota.hungry()) return tickMs.hungry
  // Few at a time: many at once would queue at the peers, and the queue be measured.
  if (swift) return rota.waiting() > 0 ? tickMs.queued : tickMs.swift
  const shortest = Math.min(settings.timeoutMs, intervalMs || Number.POSITIVE_INFINITY)
  return Math.max(tickMs.swift, Math.min(tickMs.calm, shortest / 10))
}

function drain(loop: Loop): void {
  const nowMs = performance.now()
  for (const method of loop.methods.all) method.drain(nowMs)
  for (const { slot } of loop.ledger.takeEnded()) loop.rota.landed(slot)
}

/** Begins what is due, group by group, and looks for replies between them. Returns how many turns. */
function begin(loop: Loop, tickedMs: number): number {
  const { rota, methods, ledger, pace } = loop
  for (let begun = 0; ; ) {
    const peers = rota.take(tickedMs, Math.min(groupSize, methods.room()))
    if (peers.length === 0) return begun
    begun += peers.length
    let probes = 0
    for (const peer of peers) {
      ledger.begun(peer)
      probes += methods.cost(peer)
    }
    pace.begun(probes)
    methods.begin(peers, performance.now())
    drain(loop)
  }
}

function tellAll(loop: Loop, nowMs: number, swift: boolean): void {
  const { ledger, outbox, rota, tell } = loop
  for (const { slot } of ledger.takeEnded()) rota.landed(slot)
  const filled = ledger.takeFilled()
  const urgent = swift || filled.length > 0 || outbox.rows() >= gatherRows
  if (urgent || nowMs - loop.sentAtMs >= gatherMs) sendFindings(loop, nowMs)
  if (nowMs - loop.toldMs >= (filled.length > 0 ? stateRestMs : stateEveryMs)) {
    loop.toldMs = nowMs
    tell({ kind: 'state', state: stateOf(loop, nowMs), toldMs: sharedMs() })
  }
  for (const id of filled) tell({ kind: 'probed', id })
}

function sendFindings(loop: Loop, nowMs: number): void {
  loop.sentAtMs = nowMs
  const findings = loop.outbox.take()
  if (findings) loop.tell({ kind: 'findings', ...findings })
}

function stateOf(loop: Loop, nowMs: number): ProberState {
  const { methods, pace, rota, settings, lateAtMs, clockSteps } = loop
  const sum = (count: (method: Methods['all'][number]) => number) =>
    methods.all.reduce((total, method) => total + count(method), 0)
  const sentBytes = sum(method => method.sentBytes?.() ?? 0)
  return {
    abilities: methods.abilities,
    ...pace.roll(nowMs, sentBytes, processUs()),
    ...(lateAtMs === undefined ? {} : { lateAtMs }),
    maxProbesPerSecond: settings.maxProbesPerSecond,
    timeoutMs: settings.timeoutMs,
    inFlight: sum(method => method.inFlight()),
    queueLength: rota.waiting(),
    drops: sum(method => method.drops()),
    ...clockSteps.told(),
    ...rejectedBy(methods.all),
    rssBytes: process.memoryUsage.rss(),
  }
}

/** CPU time of the whole process, all threads. */
const processUs = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** All methods' together; nothing where none can see any. */
function rejectedBy(methods: Methods['all']): { readonly rejected?: RejectedReplies } {
  const counts = methods.flatMap(method => method.rejected?.() ?? [])
  if (counts.length === 0) return {}
  const sum = (kind: keyof RejectedReplies) =>
    counts.reduce((total, count) => total + count[kind], 0)
  return {
    rejected: {
      late: sum('late'),
      duplicate: sum('duplicate'),
      foreign: sum('foreign'),
      altered: sum('altered'),
      spoofed: sum('spoofed'),
    },
  }
}
