import type { Change, ProbeRef } from './changes.ts'
import type { EventKind, HealthEvent } from './events.ts'
import type { LatencyStep } from './latency-steps.ts'
import type { NodeName } from './node.ts'

/** Where events go. */
export interface EventSink {
  add(begun: Pick<HealthEvent, 'kind' | 'atMs'> & Partial<HealthEvent>): number
  get(id: number): HealthEvent | undefined
  replace(id: number, change: Partial<HealthEvent>): void
}

type VerdictChange = Change & { readonly kind: 'verdict' }

/** What is going on with one node. */
export interface Watch {
  readonly name: NodeName
  /** Events that last, and the probes that each waits for. */
  open: readonly { readonly id: number; readonly kind: EventKind; readonly waiting: Set<string> }[]
  /** The newest event of each kind takes in what comes together with it. */
  readonly newest: Map<EventKind, number>
  readonly failing: Map<string, VerdictChange>
  /** When each probe turned, within the ten minutes before its last turn. */
  readonly turns: Map<string, readonly number[]>
  flap: Flap | undefined
}

interface Flap {
  readonly id: number
  /** What turned last, and when. */
  readonly kind: EventKind
  readonly atMs: number
  /** Those that flap; the node's others go on by themselves. */
  readonly probes: ReadonlySet<string>
}

export const watchOf = (name: NodeName): Watch => ({
  name,
  open: [],
  newest: new Map(),
  failing: new Map(),
  turns: new Map(),
  flap: undefined,
})

export const flapWindowMs = 600_000
const flapTurns = 6

/** What a probe's new verdict begins, and what it ends. */
export function onVerdict(
  watch: Watch,
  change: VerdictChange,
  windowMs: number,
  sink: EventSink,
): void {
  const { from, to, atMs, probe, reason, maybeOlder } = change
  if (to === 'unreachable') watch.failing.set(keyOf(probe), change)
  else watch.failing.delete(keyOf(probe))
  end(watch, to === 'unreachable' ? ['unknown'] : ['down', 'unknown'], probe, atMs, sink)
  // That a probe can be sent again is told by the end of its event.
  if (to === 'reachable' && from !== 'unreachable') return
  const kind = ({ unreachable: 'down', reachable: 'up', unknown: 'unknown' } as const)[to]
  const older = maybeOlder ? { maybeOlder } : {}
  const begun = { kind, atMs, probes: [probe], reason: reason ?? '', ...older }
  if (watch.flap?.probes.has(keyOf(probe))) countTurn(watch, kind, atMs, sink)
  else if (kind !== 'unknown' && turnsOf(watch, probe, atMs) >= flapTurns) flap(watch, begun, sink)
  else begin(watch, begun, windowMs, sink)
}

/** How often the probe turned within ten minutes, this turn included. */
function turnsOf(watch: Watch, probe: ProbeRef, atMs: number): number {
  const before = watch.turns.get(keyOf(probe)) ?? []
  const turns = [...before.filter(turnMs => turnMs > atMs - flapWindowMs), atMs]
  watch.turns.set(keyOf(probe), turns)
  return turns.length
}

/** The probe flaps: a new event, or one more in that of the node. */
function flap(watch: Watch, begun: Begun, sink: EventSink): void {
  const { kind, atMs, probes } = begun
  const keys = probes.map(keyOf)
  for (const key of keys) watch.turns.delete(key)
  if (watch.flap === undefined) {
    const event = { ...begun, kind: 'flapping', nodes: [watch.name], number: flapTurns } as const
    watch.flap = { id: sink.add(event), kind, atMs, probes: new Set(keys) }
    return
  }
  const { id, probes: known } = watch.flap
  watch.flap = { ...watch.flap, probes: new Set([...known, ...keys]) }
  sink.replace(id, { probes: [...(sink.get(id)?.probes ?? []), ...probes] })
  countTurn(watch, kind, atMs, sink)
}

export function onStep(
  watch: Watch,
  { kind, atMs, probe, times }: LatencyStep,
  windowMs: number,
  sink: EventSink,
): void {
  if (kind === 'ended') {
    end(watch, ['slower'], probe, atMs, sink)
  } else {
    const begun = { kind: 'slower', atMs, probes: [probe], number: times, reason: '' } as const
    begin(watch, begun, windowMs, sink)
  }
}

/** The node is gone: nothing of it lasts. */
export function onLeave(watch: Watch, atMs: number, sink: EventSink): void {
  for (const { id } of watch.open) sink.replace(id, { endedAtMs: atMs })
  if (watch.flap !== undefined) sink.replace(watch.flap.id, { endedAtMs: atMs })
}

/** Ends the flapping of a node that stood still: down, or up. Returns whether it did. */
export function settleFlap(watch: Watch, nowMs: number, sink: EventSink): boolean {
  if (watch.flap === undefined || nowMs - watch.flap.atMs < flapWindowMs) return false
  sink.replace(watch.flap.id, { endedAtMs: watch.flap.atMs })
  const { atMs, probes: flapped } = watch.flap
  watch.flap = undefined
  const failing = [...watch.failing.values()].filter(({ probe }) => flapped.has(keyOf(probe)))
  const [first] = failing
  if (first !== undefined) {
    const probes = failing.map(({ probe }) => probe)
    begin(watch, { kind: 'down', atMs, probes, reason: first.reason ?? '' }, 0, sink)
  }
  return true
}

type Begun = Pick<HealthEvent, 'kind' | 'atMs' | 'probes' | 'reason'> & Partial<HealthEvent>

function begin(watch: Watch, begun: Begun, windowMs: number, sink: EventSink): void {
  const { kind, atMs, probes } = begun
  const id = companion(watch, begun, windowMs, sink)
  const known = id === undefined ? undefined : sink.get(id)
  if (id !== undefined && known !== undefined) {
    const widened = { probes: [...known.probes, ...probes], endedAtMs: known.endedAtMs }
    sink.replace(id, kind === 'up' ? widened : { ...widened, endedAtMs: undefined })
    wait(watch, id, kind, probes)
    return
  }
  const added = sink.add({
    ...begun,
    nodes: [watch.name],
    endedAtMs: kind === 'up' ? atMs : undefined,
  })
  watch.newest.set(kind, added)
  wait(watch, added, kind, probes)
}

/** The event of the same kind that began together with this one, on another probe. */
function companion(
  watch: Watch,
  { kind, atMs, probes: [probe] }: Begun,
  windowMs: number,
  sink: EventSink,
): number | undefined {
  const id = watch.newest.get(kind)
  const event = id === undefined ? undefined : sink.get(id)
  if (event === undefined || probe === undefined) return undefined
  const together = Math.abs(atMs - event.atMs) <= windowMs
  return together && !event.probes.some(each => keyOf(each) === keyOf(probe)) ? id : undefined
}

function wait(watch: Watch, id: number, kind: EventKind, probes: readonly ProbeRef[]): void {
  if (kind === 'up') return
  const known = watch.open.find(each => each.id === id)
  const open = known ?? { id, kind, waiting: new Set<string>() }
  for (const probe of probes) open.waiting.add(keyOf(probe))
  if (known === undefined) watch.open = [...watch.open, open]
}

function end(
  watch: Watch,
  kinds: readonly EventKind[],
  probe: ProbeRef,
  atMs: number,
  sink: EventSink,
): void {
  for (const { id, kind, waiting } of watch.open) {
    const was = kinds.includes(kind) && waiting.delete(keyOf(probe))
    if (was && waiting.size === 0) sink.replace(id, { endedAtMs: atMs })
  }
  watch.open = watch.open.filter(({ waiting }) => waiting.size > 0)
}

/** A flapping node's changes are counted: as one where host and endpoint go together. */
function countTurn(watch: Watch, kind: EventKind, atMs: number, sink: EventSink): void {
  const { flap } = watch
  if (flap === undefined || flap.kind === kind) return
  watch.flap = { ...flap, kind, atMs }
  sink.replace(flap.id, { number: (sink.get(flap.id)?.number ?? 0) + 1 })
}

const keyOf = ({ to, ip, kind }: ProbeRef): string => `${to} ${ip} ${kind}`
