import type { Labels, NodeFacts, NodeName, Path } from '../model/node.ts'
import { type ProbeKind, probeKinds } from '../model/probe.ts'
import type { Slot } from '../model/prober.ts'
import type { NodeHealth, PathHealth, ProbeHealth } from '../model/snapshot.ts'
import { nodeVerdict, pathVerdict } from '../model/verdict.ts'

export interface SlottedPath {
  readonly slot: Slot
  readonly path: Path
}

export interface PathEntry extends SlottedPath {
  readonly owner: NodeEntry
  readonly probes: Record<ProbeKind, ProbeHealth>
  health: PathHealth | undefined
}

export interface NodeEntry {
  readonly name: NodeName
  readonly local: boolean
  readonly facts: NodeFacts
  paths: readonly PathEntry[]
  /** Its place in the list. */
  place: number
  health: NodeHealth | undefined
}

/** The nodes' health in the list's order; only what changed is looked at again. */
export function createRoll() {
  let nodes: readonly NodeEntry[] = []
  let told: readonly NodeHealth[] | undefined
  const renewed = new Set<NodeEntry>()
  return {
    /** A new list. */
    call(list: readonly NodeEntry[]): void {
      nodes = list
      nodes.forEach((node, place) => {
        node.place = place
      })
      told = undefined
      renewed.clear()
    },
    renew(node: NodeEntry): void {
      renewed.add(node)
    },
    tell(): readonly NodeHealth[] {
      const fresh = told?.slice() ?? nodes.map(healthOf)
      for (const node of renewed) fresh[node.place] = healthOf(node)
      renewed.clear()
      told = fresh
      return fresh
    },
  }
}

function healthOf(node: NodeEntry): NodeHealth {
  if (node.health) return node.health
  const paths = node.paths.map(entry => {
    entry.health ??= {
      ...entry.path,
      verdict: pathVerdict(entry.probes),
      probes: Object.fromEntries(
        probeKinds.map(kind => [kind, entry.probes[kind]]),
      ) as PathHealth['probes'],
    }
    return entry.health
  })
  const { name, local, facts } = node
  node.health = { name, local, ...facts, verdict: nodeVerdict(paths), paths }
  return node.health
}

export const factsOf = ({ labels, leaving }: NodeFacts): NodeFacts => ({
  ...(labels ? { labels } : {}),
  ...(leaving ? { leaving } : {}),
})

export const sameFacts = (a: NodeFacts, b: NodeFacts) =>
  a.leaving === b.leaving && (a.labels === b.labels || sameLabels(a.labels, b.labels))

const sameLabels = (a: Labels = {}, b: Labels = {}) => {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every(name => a[name] === b[name])
}
