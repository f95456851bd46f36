import type { Clock } from '../clock.ts'
import { createHistory, emptyHistory, type Recorder } from '../model/history.ts'
import type { Node, NodeList, Path } from '../model/node.ts'
import type { Outcome } from '../model/probe.ts'
import type { Finding, ProberState, Slot } from '../model/prober.ts'
import type { AgentState, Feed, Origin, ProbeHealth, Snapshot } from '../model/snapshot.ts'
import { verdictOf } from '../model/verdict.ts'
import {
  createRoll,
  factsOf,
  type NodeEntry,
  type PathEntry,
  type SlottedPath,
  sameFacts,
} from './entries.ts'
import { createNotices } from './notices.ts'

/** What is known now. Fed by the engine's probes, by a daemon's reports, or by a recording. */
export interface Store {
  /** What is known of paths that stay is kept; the rest is forgotten. */
  setNodes(list: NodeList): void
  setFeed(feed: Feed): void
  /** Why no node list comes any more; undefined once it does. */
  setListLost(lost: Snapshot['listLost']): void
  setAgent(agent: AgentState): void
  setIntervalMs(intervalMs: number): void
  setProber(prober: ProberState | undefined): void
  /** Every path with its slot, in the list's order; the same array until the list changes. */
  paths(): readonly SlottedPath[]
  slotOf(path: Path): Slot | undefined
  /** Findings of paths that are gone are dropped. */
  record(findings: readonly Finding[]): void
  snapshot(): Snapshot
  /** Calls `listener` after changes, once in `noticeMs` at most; returns the way to stop. */
  subscribe(listener: () => void): () => void
  close(): void
}

export interface StoreOptions {
  readonly clock: Clock
  readonly origin: Origin
  /** Outcomes kept of each probe. */
  readonly historyLength: number
  readonly noticeMs?: number
}

/** What is true of the source as a whole. */
type Whole = Omit<Snapshot, 'takenAtMs' | 'nodes'>

const nothingYet: Omit<Whole, 'origin'> = {
  intervalMs: 0,
  feed: { kind: 'starting' },
  agent: { kind: 'absent' },
  prober: undefined,
  self: undefined,
  listLost: undefined,
}

const keyOf = (path: Path) => `${path.node} ${path.to} ${path.ip}`

const neverProbed: ProbeHealth = {
  verdict: 'unknown',
  last: undefined,
  history: emptyHistory,
  changedAtMs: undefined,
  flaps: 0,
}

/**
 * Work follows what changed: an outcome rebuilds the objects of its probe, path and node, and a
 * snapshot shares all others with the one before.
 */
export function createStore({ clock, origin, historyLength, noticeMs = 100 }: StoreOptions): Store {
  const notices = createNotices(clock, noticeMs)
  const entries = new Map<Slot, PathEntry>()
  let slots = new Map<string, Slot>()
  let nodes: readonly NodeEntry[] = []
  let paths: readonly SlottedPath[] = []
  let nextSlot: Slot = 1
  let base: Whole = { ...nothingYet, origin }
  let latest: Snapshot | undefined
  const roll = createRoll()

  const changed = () => {
    latest = undefined
    notices.schedule()
  }
  const set = (change: Partial<typeof base>) => {
    base = { ...base, ...change }
    changed()
  }

  const adopt = (path: Path, owner: NodeEntry): PathEntry => {
    const known = entries.get(slots.get(keyOf(path)) ?? 0)
    const probes = known?.probes ?? { icmp: neverProbed, http: neverProbed }
    return { slot: known?.slot ?? nextSlot++, path, owner, probes, health: undefined }
  }

  const admit = (node: Node, known: NodeEntry | undefined, local: boolean): NodeEntry => {
    const kept = unique(node.paths, keyOf)
    const facts = known && sameFacts(known.facts, node) ? known.facts : factsOf(node)
    if (known?.local === local && known.facts === facts && samePaths(known.paths, kept)) {
      return known
    }
    const owner: NodeEntry = {
      name: node.name,
      local,
      facts,
      paths: [],
      place: 0,
      health: undefined,
    }
    owner.paths = kept.map(path => adopt(path, owner))
    return owner
  }

  const setNodes = (list: NodeList) => {
    const known = new Map(nodes.map(node => [node.name, node]))
    nodes = unique(list.nodes, node => node.name).map(node =>
      admit(node, known.get(node.name), node.name === list.self),
    )
    roll.call(nodes)
    const kept = nodes.flatMap(node => node.paths)
    entries.clear()
    for (const entry of kept) entries.set(entry.slot, entry)
    slots = new Map(kept.map(entry => [keyOf(entry.path), entry.slot]))
    paths = kept.map(({ slot, path }) => ({ slot, path }))
    set({ self: list.self })
  }

  const record = (findings: readonly Finding[]) => {
    for (const { slot, kind, outcome } of findings) {
      const entry = entries.get(slot)
      if (!entry) continue
      entry.probes[kind] = advance(entry.probes[kind], outcome, historyLength)
      entry.health = undefined
      entry.owner.health = undefined
      roll.renew(entry.owner)
    }
    if (findings.length > 0) changed()
  }

  return {
    setNodes,
    record,
    setFeed: feed => set({ feed }),
    setListLost: listLost => set({ listLost }),
    setAgent: agent => set({ agent }),
    setIntervalMs: intervalMs => set({ intervalMs }),
    setProber: prober => set({ prober }),
    paths: () => paths,
    slotOf: path => slots.get(keyOf(path)),
    snapshot() {
      latest ??= { ...base, takenAtMs: clock.nowMs(), nodes: roll.tell() }
      return latest
    },
    subscribe: notices.subscribe,
    close: notices.close,
  }
}

const unique = <T>(items: readonly T[], key: (item: T) => string): readonly T[] => [
  ...new Map(items.map(item => [key(item), item])).values(),
]

const samePaths = (entries: readonly PathEntry[], paths: readonly Path[]) =>
  entries.length === paths.length &&
  paths.every((path, index) => {
    const known = entries[index]?.path
    return known && keyOf(known) === keyOf(path) && known.rank === path.rank
  })

function advance(before: ProbeHealth, outcome: Outcome, historyLength: number): ProbeHealth {
  const history =
    before.history === emptyHistory ? createHistory(historyLength) : (before.history as Recorder)
  history.add(outcome)
  const verdict = verdictOf(outcome)
  const turned = verdict !== before.verdict
  return {
    verdict,
    last: outcome,
    history,
    changedAtMs: turned ? outcome.atMs : before.changedAtMs,
    flaps: before.flaps + (turned && verdict !== 'unknown' && before.verdict !== 'unknown' ? 1 : 0),
  }
}
