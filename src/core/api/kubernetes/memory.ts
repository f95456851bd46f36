import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Clock } from '../../clock.ts'
import { createStore, type Store } from '../../engine/store.ts'
import { codes, laneCount } from '../../model/mesh.ts'
import type { FactsOf, IpAddress, Node, NodeName, Path } from '../../model/node.ts'
import { noteOutcomes, type Outcomes } from '../../model/outcomes.ts'
import { type Outcome, type ProbeKind, probeKinds } from '../../model/probe.ts'
import type { NodeHealth, Origin, Snapshot } from '../../model/snapshot.ts'
import type { HealthSource } from '../../model/source.ts'
import { createIntake, type Intake } from '../intake.ts'
import { readStatus, takeReport } from '../poll.ts'
import type { WireReport } from '../read-wire.ts'
import { type Footprint, longer, retell } from './trail.ts'

/** What is kept of an agent's answers. */
export interface Memory extends Pick<HealthSource, 'snapshot' | 'outcomes'> {
  /** Takes an answer; tells the agent's own interval. Throws an Error if it is no JSON. */
  take(text: string): number
  /** For what concerns the source as a whole, and its listeners. */
  readonly store: Pick<Store, 'setFeed' | 'setAgent' | 'subscribe' | 'close'>
  /** What is known, for one who compares an answer with it. */
  known(): { readonly store: Store; readonly intake: Intake }
}

export interface MemoryOptions {
  readonly clock: Clock
  readonly origin: Origin
  readonly historyLength: number
  readonly factsOf: FactsOf
  /** How many sources share what memory there is for earlier answers. */
  readonly sources: number
  /** The names that the sources of a cluster have in common. */
  readonly sharedNames: SharedNames
}

/** Keeps the last outcomes of each probe: for one who looks at a single agent. */
export function createHistory(options: MemoryOptions): Memory {
  const { clock } = options
  const store = createStore(options)
  const intake = createIntake(store, options.factsOf)
  return {
    take(text) {
      const report = readStatus(text, clock)
      takeReport({ intake }, report)
      return report.intervalMs
    },
    snapshot: store.snapshot,
    store,
    known: () => ({ store, intake }),
  }
}

/**
 * Keeps the last answer: its outcomes in flat arrays, and the text packed, for who looks at the nodes;
 * of the earlier ones a trail of two bytes a probe. A thousand agents that each tell of a thousand nodes would be gigabytes as objects.
 */
export function createLastAnswer(options: MemoryOptions): Memory {
  const { clock, factsOf } = options
  const head = createStore(options)
  let self: NodeName | undefined
  let list = noNames
  let outcomes: Outcomes = noteOutcomes([], factsOf).done()
  let trail: readonly Footprint[] = []
  let nodes = (): readonly NodeHealth[] => []
  let known = () => unpacked(deflateRawSync('{}'), [], clock)
  let made: Snapshot | undefined
  let madeOf: Snapshot | undefined

  /** Does not depend on what comes later: a snapshot tells of its own time. */
  const unpacked = (
    packed: Buffer,
    past: readonly Footprint[],
    { nowMs }: Pick<Clock, 'nowMs'>,
  ) => {
    const store = createStore({ ...options, historyLength: past.length + 1 })
    const intake = createIntake(store, factsOf)
    const report = readStatus(inflateRawSync(packed).toString(), { nowMs })
    takeReport({ intake }, { ...report, findings: [] })
    retell(past, report, intake)
    takeReport({ intake }, report)
    store.close()
    return { store, intake }
  }

  return {
    take(text) {
      const report = readStatus(text, clock)
      const [before, listBefore] = [outcomes, list]
      list = options.sharedNames(report.list.nodes)
      outcomes = asBefore(before, listBefore, outcomesIn(report, list, factsOf))
      if (outcomes.newestMs !== before.newestMs) trail = longer(trail, before, options.sources)
      self = report.list.self
      const packed = deflateRawSync(text, { level: 1 })
      const receivedAtMs = clock.nowMs()
      const past = trail
      const own = () => unpacked(packed, past, { nowMs: () => receivedAtMs })
      known = own
      nodes = rememberWeakly(() => own().store.snapshot().nodes)
      head.setIntervalMs(report.intervalMs)
      return report.intervalMs
    },
    outcomes: () => outcomes,
    snapshot() {
      const now = head.snapshot()
      if (made === undefined || madeOf !== now) made = withNodes({ ...now, self }, nodes)
      madeOf = now
      return made
    },
    store: head,
    known: () => known(),
  }
}

/** The nodes are made when somebody looks at them, and given up when nobody does. */
const withNodes = (head: Snapshot, nodes: () => readonly NodeHealth[]): Snapshot =>
  Object.defineProperty({ ...head }, 'nodes', { get: nodes, enumerable: true })

function rememberWeakly<T extends object>(make: () => T): () => T {
  let made: WeakRef<T> | undefined
  return () => {
    const there = made?.deref() ?? make()
    made = new WeakRef(there)
    return there
  }
}

function outcomesIn(report: WireReport, list: NameList, factsOf: FactsOf): Outcomes {
  const { names, places, ips } = list
  const notes = noteOutcomes(names, name => ({ ...factsOf(name), ip: ips.get(name) }))
  const noteOne = ({ node, to }: Path, kind: ProbeKind, outcome?: Outcome) =>
    notes.note(places.get(node) ?? 0, to, kind, outcome)
  for (const path of report.list.nodes.flatMap(({ paths }) => paths)) {
    for (const kind of probeKinds) noteOne(path, kind)
  }
  for (const { path, kind, outcome } of report.findings) noteOne(path, kind, outcome)
  return notes.done()
}

/** The answer tells of no times but its own: what is as it was has been so since then. */
function asBefore(before: Outcomes, { names, places }: NameList, now: Outcomes): Outcomes {
  now.names.forEach((name, place) => {
    const placeBefore = names === now.names ? place : places.get(name)
    if (placeBefore === undefined) return
    for (let lane = 0; lane < laneCount; lane += 1) {
      const [at, was] = [laneCount * place + lane, laneCount * placeBefore + lane]
      const same = (now.codes[at] === codes.reply) === (before.codes[was] === codes.reply)
      const since = before.sinceS[was] ?? 0
      if (same && since > 0) now.sinceS[at] = since
    }
  })
  return now
}

interface NameList {
  readonly names: readonly NodeName[]
  readonly places: ReadonlyMap<NodeName, number>
  /** Of the hosts, as the list told them that was the first of its kind. */
  readonly ips: ReadonlyMap<NodeName, IpAddress>
}

/** Sorts names; lists that are alike become one, as far as they were told lately. */
export type SharedNames = (nodes: readonly Node[]) => NameList

const noNames: NameList = { names: [], places: new Map(), ips: new Map() }

/** While a node joins or leaves there are two or three, and some agents may be wrong. */
const mostLists = 8

/** A thousand lists of a thousand names are 60 MB otherwise. */
export function shareNames(): SharedNames {
  let lists: readonly NameList[] = []
  return nodes => {
    // Cilium's order changes from answer to answer.
    const sorted = nodes.map(({ name }) => name).sort()
    const list = lists.find(({ names }) => areAlike(names, sorted)) ?? listOf(nodes, sorted)
    lists = [list, ...lists.filter(each => each !== list)].slice(0, mostLists)
    return list
  }
}

const areAlike = (a: readonly NodeName[], b: readonly NodeName[]) =>
  a.length === b.length && a.every((name, at) => name === b[at])

const listOf = (nodes: readonly Node[], names: readonly NodeName[]): NameList => ({
  names,
  places: new Map(names.map((name, at) => [name, at])),
  ips: new Map(nodes.flatMap(hostOf)),
})

const hostOf = ({ name, paths }: Node): (readonly [NodeName, IpAddress])[] =>
  paths
    .filter(({ to, rank }) => to === 'host' && rank === 'primary')
    .map(({ ip }) => [name, ip] as const)
