import type { Clock } from '../../clock.ts'
import { orAborted } from '../or-aborted.ts'
import type { Cluster } from './cluster.ts'
import { type AgentPod, listAgents } from './pods.ts'

/** The agents as they were listed last: pods are replaced, nodes stay. */
export interface Roster {
  agents(): readonly AgentPod[]
  /** A node's agent by a list that is not old; undefined once it is gone. */
  find(node: string, signal: AbortSignal): Promise<AgentPod | undefined>
  /** The list was wrong: the next one who looks has it listed anew. */
  doubt(): void
}

/** A restarted agent is seen after this long at the latest. */
const maxAgeMs = 60_000
/** However many doubt it, the API server is asked this seldom. */
const minAgeMs = 5000

export interface RosterOptions {
  readonly cluster: Cluster
  readonly namespace: string
  readonly clock: Clock
  /** Ends all listing. */
  readonly life: AbortSignal
}

/** Lists at once; rejects where that fails. */
export async function openRoster({
  cluster,
  namespace,
  clock,
  life,
}: RosterOptions): Promise<Roster> {
  let agents = await listAgents(cluster, namespace, life)
  let byNode = new Map(agents.map(agent => [agent.node, agent]))
  let listedMs = clock.nowMs()
  let doubted = false
  let listing: Promise<void> | undefined

  const list = async () => {
    try {
      agents = await listAgents(cluster, namespace, life)
      byNode = new Map(agents.map(agent => [agent.node, agent]))
      doubted = false
    } finally {
      listedMs = clock.nowMs()
      listing = undefined
    }
  }

  return {
    agents: () => agents,
    async find(node, wanted) {
      if (clock.nowMs() - listedMs > (doubted ? minAgeMs : maxAgeMs)) listing ??= list()
      // It is for everybody, and does not end with the one who asked.
      if (listing) await orAborted(listing, wanted)
      return byNode.get(node)
    },
    doubt() {
      doubted = true
    },
  }
}
