import type { ProberState, RejectedReplies, Slot, Target } from '../core/model/prober.ts'
import type { Ledger } from './ledger.ts'
import type { News, Outbox, ProberSettings } from './messages.ts'
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
  peers: readonly Peer[]
  timer: NodeJS.Timeout | undefined
  dueMs: number
  /** When the last stall ended: for so long this thread did not run that replies may be lost. */
  stalledMs: number
  toldMs: number
}

/** Peers that begin between two looks at the sockets. */
const groupSize = 32
const stateEveryMs = 1000
/** A shorter delay, or one within half the timeout, leaves time enough to send again. */
const stallMs = 250

/** How long until the next tick: while somebody only waits for room, while replies are out, else. */
const tickMs = { hungry: 5, busy: 50, idle: 100 } as const

export function createRounds(parts: Parts): Rounds {
  const { settings, methods, ledger, tell } = parts
  const nowMs = performance.now()
  const { maxProbesPerSecond } = settings
  const loop: Loop = {
    ...parts,
    rota: createRota({ maxProbesPerSecond, cost: methods.cost }),
    pace: createPace(nowMs),
    peers: [],
    timer: undefined,
    dueMs: nowMs,
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
  for (const peer of before) {
    if (loop.rota.member(peer.slot)) continue
    loop.ledger.drop(peer)
    for (const method of loop.methods.all) method.forget(peer.slot)
  }
}

/** Ticks as soon as the messages at hand are read. */
function hurry(loop: Loop): void {
  schedule(loop, 0)
}

function schedule(loop: Loop, delayMs: number): void {
  clearTimeout(loop.timer)
  loop.dueMs = performance.now() + delayMs
  loop.timer = setTimeout(tick, delayMs, loop)
}

function tick(loop: Loop): void {
  const nowMs = performance.now()
  const lateMs = Math.max(0, nowMs - loop.dueMs)
  loop.pace.ticked(lateMs)
  if (lateMs > Math.max(stallMs, loop.settings.timeoutMs / 2)) loop.stalledMs = nowMs
  drain(loop)
  begin(loop)
  for (const method of loop.methods.all) method.expire(performance.now(), loop.stalledMs)
  tellAll(loop, nowMs)
  schedule(loop, tickMs[moodOf(loop)])
}

function drain(loop: Loop): void {
  const nowMs = performance.now()
  for (const method of loop.methods.all) method.drain(nowMs)
  for (const { slot } of loop.ledger.takeEnded()) loop.rota.landed(slot)
}

/** Begins what is due, group by group, and looks for replies between them. */
function begin(loop: Loop): void {
  const { rota, methods, ledger, pace } = loop
  for (;;) {
    const nowMs = performance.now()
    const peers = rota.take(nowMs, Math.min(groupSize, methods.room()))
    if (peers.length === 0) return
    let probes = 0
    for (const peer of peers) {
      ledger.begun(peer)
      probes += methods.cost(peer)
    }
    pace.begun(probes)
    methods.begin(peers, nowMs)
    drain(loop)
  }
}

function moodOf({ rota, methods }: Loop): keyof typeof tickMs {
  if (rota.hungry()) return 'hungry'
  return methods.all.some(method => method.inFlight() > 0) ? 'busy' : 'idle'
}

function tellAll(loop: Loop, nowMs: number): void {
  const { ledger, outbox, rota, tell } = loop
  for (const { slot } of ledger.takeEnded()) rota.landed(slot)
  const findings = outbox.take()
  if (findings) tell({ kind: 'findings', ...findings })
  for (const id of ledger.takeFilled()) tell({ kind: 'probed', id })
  if (nowMs - loop.toldMs < stateEveryMs) return
  loop.toldMs = nowMs
  tell({ kind: 'state', state: stateOf(loop, nowMs) })
}

function stateOf({ methods, pace, settings }: Loop, nowMs: number): ProberState {
  const sum = (count: (method: Methods['all'][number]) => number) =>
    methods.all.reduce((total, method) => total + count(method), 0)
  return {
    abilities: methods.abilities,
    ...pace.roll(nowMs),
    maxProbesPerSecond: settings.maxProbesPerSecond,
    timeoutMs: settings.timeoutMs,
    inFlight: sum(method => method.inFlight()),
    drops: sum(method => method.drops()),
    ...rejectedBy(methods.all),
  }
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
    },
  }
}
