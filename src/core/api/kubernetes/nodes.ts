import * as v from 'valibot'
import type { Clock } from '../../clock.ts'
import type { FactsOf, NodeFacts } from '../../model/node.ts'
import { plainLabels } from '../plain-labels.ts'
import type { Cluster } from './cluster.ts'
import { listAll } from './list.ts'

/** What Kubernetes knows of the nodes: zones, and who is on the way out. */
export interface NodeBook {
  readonly factsOf: FactsOf
  /** Has the list made anew when it is old; waits for nothing. */
  refresh(): void
}

export interface NodeBookOptions {
  readonly cluster: Cluster
  readonly clock: Clock
  /** Ends all listing. */
  readonly life: AbortSignal
}

/** A node that is cordoned is known as such after this long, and an interval. */
const maxAgeMs = 120_000
/** Who opens the sources waits this long for the first list. */
const patienceMs = 5000

const node = v.object({
  metadata: v.object({
    name: v.pipe(v.string(), v.maxLength(253)),
    labels: v.optional(v.record(v.string(), v.string()), {}),
    deletionTimestamp: v.optional(v.string()),
  }),
  spec: v.optional(v.object({ unschedulable: v.optional(v.boolean(), false) }), {
    unschedulable: false,
  }),
})

/**
 * Lists the nodes at once. Who may not list them sees no zones: that is no reason to show nothing,
 * so a refusal leaves the book empty.
 */
export async function openNodeBook({ cluster, clock, life }: NodeBookOptions): Promise<NodeBook> {
  let facts: ReadonlyMap<string, NodeFacts> = new Map()
  let listedMs = 0
  let listing = false

  const list = async () => {
    listing = true
    try {
      facts = merged(facts, await listNodes(cluster, life))
    } catch {
      // What was known stays: the sources themselves tell of an API server that is gone.
    } finally {
      listing = false
      listedMs = clock.nowMs()
    }
  }

  await Promise.race([list(), clock.sleep(patienceMs, life).catch(() => {})])
  return {
    factsOf: name => factsIn(facts, name),
    refresh() {
      if (!listing && !life.aborted && clock.nowMs() - listedMs > maxAgeMs) void list()
    },
  }
}

/** `cluster/node` is of this cluster only where it is known: of others nothing can be said. */
function factsIn(facts: ReadonlyMap<string, NodeFacts>, name: string): NodeFacts | undefined {
  const known = facts.get(name.slice(name.indexOf('/') + 1))
  return known ?? (facts.size > 0 && !name.includes('/') ? gone : undefined)
}

const gone: NodeFacts = { leaving: 'is no node of Kubernetes any more' }

/** What did not change keeps its object. */
function merged(before: ReadonlyMap<string, NodeFacts>, now: ReadonlyMap<string, NodeFacts>) {
  const kept = ([name, fresh]: readonly [string, NodeFacts]) => {
    const known = before.get(name)
    return [name, JSON.stringify(known) === JSON.stringify(fresh) ? known : fresh] as const
  }
  return new Map([...now].map(kept)) as ReadonlyMap<string, NodeFacts>
}

async function listNodes(cluster: Cluster, signal: AbortSignal) {
  const items = await listAll(cluster, '/api/v1/nodes', {}, signal)
  const found = new Map<string, NodeFacts>()
  for (const item of items) {
    const each = v.safeParse(node, item)
    if (!each.success) continue
    const { metadata, spec } = each.output
    const leaving = leavingOf(metadata.deletionTimestamp !== undefined, spec.unschedulable)
    found.set(metadata.name, { labels: plainLabels(metadata.labels), ...leaving })
  }
  return found
}

function leavingOf(deleted: boolean, unschedulable: boolean): Pick<NodeFacts, 'leaving'> {
  if (deleted) return { leaving: 'is being deleted' }
  return unschedulable ? { leaving: 'is cordoned' } : {}
}
