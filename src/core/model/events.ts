import { type Change, changedNodes, changesBetween, type ProbeRef } from './changes.ts'
import { createRing } from './event-ring.ts'
import { createStorms } from './event-storms.ts'
import { createStepFinder } from './latency-steps.ts'
import type { NodeName } from './node.ts'
import {
  type EventSink,
  onLeave,
  onStep,
  onVerdict,
  settleFlap,
  type Watch,
  watchOf,
} from './node-events.ts'
import type { NodeHealth, Snapshot } from './snapshot.ts'

export const severities = ['info', 'warning', 'critical'] as const
export type Severity = (typeof severities)[number]

const severityOf = {
  down: 'critical',
  flapping: 'critical',
  'source-lost': 'critical',
  unknown: 'warning',
  slower: 'warning',
  'list-lost': 'warning',
  replaced: 'warning',
  up: 'info',
  joined: 'info',
  left: 'info',
  'source-back': 'info',
  'list-back': 'info',
} as const satisfies Record<string, Severity>
export type EventKind = keyof typeof severityOf

/** Something that happened; it is replaced, not changed, when more becomes known of it. */
export interface HealthEvent {
  /** Counts up from 1. */
  readonly id: number
  readonly kind: EventKind
  readonly severity: Severity
  readonly atMs: number
  /** Undefined while it lasts; what takes no time ends as it begins. */
  readonly endedAtMs: number | undefined
  /** It was so when the probe was first seen, and may have begun before. */
  readonly maybeOlder?: boolean
  /** The node, or those that came or went together; none for a source. */
  readonly nodes: readonly NodeName[]
  readonly probes: readonly ProbeRef[]
  /** Why, as far as it is known: how a probe failed, or a source's own words. */
  readonly reason: string
  /**
   * Flapping: how often the node turned. Slower: how many times its usual RTT. Replaced: how often
   * the probe thread was, so far. Else 0.
   */
  readonly number: number
  readonly acknowledged: boolean
}

/** What happened lately. */
export interface EventLog {
  /** Adds what happened since the snapshot before. */
  observe(snapshot: Snapshot): void
  /** Newest first; the same array until something changes. */
  list(): readonly HealthEvent[]
  acknowledge(id: number): void
}

/** Changes of one node within this time, or within one interval, belong together. */
const togetherMs = 2000

/**
 * Keeps the newest events. An outage of a node is one event over all the probes that failed together.
 * A probe that turned six times in ten minutes makes its node flap: that is one event of all its probes
 * that do, which counts the turns, until they stood still for ten minutes. What befalls more than twenty nodes together is one event.
 */
export function createEventLog(capacity = 1000): EventLog {
  const ring = createRing<HealthEvent>(capacity)
  const sink = createStorms({
    ...ring,
    add: begun => ring.add({ ...blank(begun), ...begun }),
  })
  const watches = new Map<NodeName, Watch>()
  const flapping = new Set<Watch>()
  const stepsOf = createStepFinder()
  const open = new Map<string, number>()
  let before: Snapshot | undefined

  const watch = (name: NodeName): Watch => {
    const known = watches.get(name) ?? watchOf(name)
    watches.set(name, known)
    return known
  }
  const onChange = (change: Change, windowMs: number): void => {
    switch (change.kind) {
      case 'verdict': {
        const own = watch(change.node)
        onVerdict(own, change, windowMs, sink)
        if (own.flap !== undefined) flapping.add(own)
        return
      }
      case 'joined':
      case 'left':
        sink.add({ ...change, endedAtMs: change.atMs })
        if (change.kind === 'left') for (const name of change.nodes) forget(name, change.atMs)
        return
      case 'lost':
      case 'back':
        onSource(change, open, sink)
        return
      case 'replaced':
        sink.add({ ...change, endedAtMs: change.atMs })
        return
      default:
        change satisfies never
    }
  }
  const forget = (name: NodeName, atMs: number) => {
    const own = watches.get(name)
    if (own === undefined) return
    onLeave(own, atMs, sink)
    flapping.delete(own)
    watches.delete(name)
  }
  const onNode = (node: NodeHealth, nowMs: number, windowMs: number) => {
    for (const step of stepsOf(node, nowMs)) onStep(watch(node.name), step, windowMs, sink)
  }

  return {
    observe(snapshot) {
      const former = before ?? { ...snapshot, nodes: [], feed: { kind: 'starting' } }
      if (former === snapshot) return
      before = snapshot
      const windowMs = Math.max(togetherMs, snapshot.intervalMs)
      sink.setWindowMs(windowMs)
      for (const change of changesBetween(former, snapshot)) onChange(change, windowMs)
      for (const [node] of changedNodes(former, snapshot)) {
        onNode(node, snapshot.takenAtMs, windowMs)
      }
      for (const own of flapping) {
        if (settleFlap(own, snapshot.takenAtMs, sink)) flapping.delete(own)
      }
      sink.flush()
    },
    list: ring.list,
    acknowledge: id => ring.replace(id, { acknowledged: true }),
  }
}

const blank = ({ kind }: Pick<HealthEvent, 'kind'>) => ({
  severity: severityOf[kind],
  endedAtMs: undefined,
  nodes: [],
  probes: [],
  reason: '',
  number: 0,
  acknowledged: false,
})

function onSource(
  { kind, what, atMs, reason }: Change & { readonly kind: 'lost' | 'back' },
  open: Map<string, number>,
  sink: EventSink,
): void {
  if (kind === 'lost') {
    open.set(what, sink.add({ kind: `${what}-lost`, atMs, reason }))
    return
  }
  const id = open.get(what)
  // Nobody missed what was not there before.
  if (id === undefined) return
  sink.replace(id, { endedAtMs: atMs })
  open.delete(what)
  sink.add({ kind: `${what}-back`, atMs, endedAtMs: atMs, reason })
}

/** The log for a JSON document, oldest first. */
export function eventsReport(log: Pick<EventLog, 'list'>) {
  return log
    .list()
    .toReversed()
    .map(({ endedAtMs, number, ...event }) => ({
      ...event,
      ...(endedAtMs === undefined ? {} : { durationMs: Math.max(0, endedAtMs - event.atMs) }),
      ...(number === 0 ? {} : { number }),
    }))
}
