import type { ProbeRef } from './changes.ts'
import type { EventKind, HealthEvent } from './events.ts'
import type { EventSink } from './node-events.ts'

/** Where events of single nodes go: many of a kind that come together become one event. */
export interface EventStorms extends EventSink {
  /** What comes within this time of the first belongs together, milliseconds. */
  setWindowMs(windowMs: number): void
  /** Tells the log who joined since the last call. */
  flush(): void
}

interface StormSink extends EventSink {
  /** Takes an event out again. */
  drop(id: number): void
}

/** Many nodes' events as one; each part is what a node's own event would be. */
interface Storm {
  readonly id: number
  readonly atMs: number
  readonly parts: Map<number, HealthEvent>
}

/** So many events of single nodes stay apart. */
const mostApart = 20

/**
 * Keeps a storm from pushing all else out of the log: once more than twenty nodes had an event of
 * one kind within the window, these are one event, which takes in those that follow. It ends when
 * the last node's part does. The caller knows each part by a number of its own.
 */
export function createStorms(sink: StormSink): EventStorms {
  const lately = new Map<EventKind, readonly number[]>()
  const storms = new Map<EventKind, Storm>()
  const stormOf = new Map<number, Storm>()
  const changed = new Set<Storm>()
  let windowMs = 0
  let lastPart = 0

  const isTogether = (event: Pick<HealthEvent, 'atMs'> | undefined, atMs: number) =>
    event !== undefined && Math.abs(atMs - event.atMs) <= windowMs
  const take = (storm: Storm, id: number, event: HealthEvent) => {
    storm.parts.set(id, event)
    stormOf.set(id, storm)
    changed.add(storm)
  }
  /** A storm that is over can be forgotten with the next of its kind. */
  const follow = (kind: EventKind, storm: Storm) => {
    const former = storms.get(kind)
    const over = former !== undefined && endOf(former) !== undefined
    if (over) for (const id of former.parts.keys()) stormOf.delete(id)
    storms.set(kind, storm)
  }
  /** Makes one event of those that came apart so far. */
  const gather = (kind: EventKind, ids: readonly number[]) => {
    const [first, ...others] = ids.flatMap(id => sink.get(id) ?? [])
    if (first === undefined) return
    const storm: Storm = { id: first.id, atMs: first.atMs, parts: new Map() }
    follow(kind, storm)
    for (const event of [first, ...others]) take(storm, event.id, event)
    for (const { id } of others) sink.drop(id)
  }
  /** An event that stays apart, unless it is one too many. */
  const addApart = (kind: EventKind, id: number, atMs: number) => {
    const near = (lately.get(kind) ?? []).filter(each => isTogether(sink.get(each), atMs))
    const together = [...near, id]
    const tooMany = together.length > mostApart
    if (tooMany) gather(kind, together)
    lately.set(kind, tooMany ? [] : together)
    return id
  }

  return {
    setWindowMs(ms) {
      windowMs = ms
    },
    add(begun) {
      const { kind, atMs, nodes } = begun
      const storm = storms.get(kind)
      const known = isTogether(storm, atMs) && storm ? sink.get(storm.id) : undefined
      if (nodes?.length !== 1) return sink.add(begun)
      if (storm === undefined || known === undefined) return addApart(kind, sink.add(begun), atMs)
      lastPart -= 1
      take(storm, lastPart, { ...known, endedAtMs: undefined, number: 0, ...begun, id: lastPart })
      return lastPart
    },
    get: id => stormOf.get(id)?.parts.get(id) ?? sink.get(id),
    replace(id, change) {
      const storm = stormOf.get(id)
      const part = storm?.parts.get(id)
      if (storm !== undefined && part !== undefined) take(storm, id, { ...part, ...change })
      else sink.replace(id, change)
    },
    flush() {
      for (const storm of changed) sink.replace(storm.id, sumOf(storm))
      changed.clear()
    },
  }
}

const endOf = ({ parts, atMs }: Storm): number | undefined => {
  let latest = atMs
  for (const { endedAtMs } of parts.values()) {
    if (endedAtMs === undefined) return undefined
    latest = Math.max(latest, endedAtMs)
  }
  return latest
}

/** All its nodes, and their probes by path and kind. */
function sumOf(storm: Storm) {
  const events = [...storm.parts.values()]
  const probes = new Map<string, ProbeRef>()
  for (const probe of events.flatMap(event => event.probes)) {
    const key = `${probe.to} ${probe.kind}`
    if (!probes.has(key)) probes.set(key, probe)
  }
  return {
    nodes: [...new Set(events.flatMap(({ nodes }) => nodes))],
    probes: [...probes.values()],
    number: events.reduce((most, { number }) => Math.max(most, number), 0),
    endedAtMs: endOf(storm),
  }
}
