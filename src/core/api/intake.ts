import type { Store } from '../engine/store.ts'
import type { FactsOf, NodeFacts, NodeList } from '../model/node.ts'
import type { Outcome, ProbeKind } from '../model/probe.ts'
import type { Finding, Slot } from '../model/prober.ts'
import type { PathFinding } from './read-wire.ts'

/** Whether an outcome of `atMs` tells something to one who knows that of `knownMs`. */
export type IsNews = (atMs: number, knownMs: number | undefined) => boolean

/** Brings a daemon's reports into the store, and each outcome only once. */
export interface Intake {
  setNodes(list: NodeList): void
  setIntervalMs(intervalMs: number): void
  slotOf(path: PathFinding['path']): Slot | undefined
  /** How many of them were news. */
  record(findings: readonly Finding[], isNews: IsNews): number
  /** When the newest known outcome of a probe came in, Unix milliseconds. */
  knownMs(slot: Slot, kind: ProbeKind): number | undefined
}

/** `factsOf` knows more of the nodes that a daemon tells of: Cilium's API has no labels. */
export function createIntake(store: Store, factsOf: FactsOf = () => undefined): Intake {
  const newest = new Map<Slot, Partial<Record<ProbeKind, Outcome['atMs']>>>()
  let listed = ''
  let facts: readonly (NodeFacts | undefined)[] = []
  let intervalMs = 0
  return {
    setNodes(list) {
      const signature = JSON.stringify(list)
      const known = list.nodes.map(({ name }) => factsOf(name))
      if (signature === listed && known.every((own, index) => own === facts[index])) return
      listed = signature
      facts = known
      const nodes = list.nodes.map((node, index) => ({ ...facts[index], ...node }))
      store.setNodes({ ...list, nodes })
      const kept = new Set(store.paths().map(({ slot }) => slot))
      for (const slot of newest.keys()) if (!kept.has(slot)) newest.delete(slot)
    },
    setIntervalMs(next) {
      if (next !== intervalMs) store.setIntervalMs(next)
      intervalMs = next
    },
    slotOf: store.slotOf,
    record(findings, isNews) {
      const news = findings.filter(({ slot, kind, outcome }) => {
        const known = newest.get(slot)
        if (!isNews(outcome.atMs, known?.[kind])) return false
        newest.set(slot, { ...known, [kind]: outcome.atMs })
        return true
      })
      if (news.length > 0) store.record(news)
      return news.length
    },
    knownMs: (slot, kind) => newest.get(slot)?.[kind],
  }
}
