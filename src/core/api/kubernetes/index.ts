import type { Clock } from '../../clock.ts'
import type { NodeName } from '../../model/node.ts'
import type { HealthSource } from '../../model/source.ts'
import { orAborted } from '../or-aborted.ts'
import type { Cluster } from './cluster.ts'
import { agentUri, type LocateOptions, locate } from './locate.ts'
import { shareNames } from './memory.ts'
import { openNodeBook } from './nodes.ts'
import { createPodSource } from './pod-source.ts'
import { type AgentPod, runHealth } from './pods.ts'
import { missingRight, Refusal, toldRefusal } from './refusal.ts'
import { createTurns } from './turns.ts'

export interface KubernetesOptions {
  readonly clock: Clock
  /** Outcomes kept of each probe where one agent is read; of many only the last answer is kept. */
  readonly historyLength: number
  /** Ends the opening. */
  readonly signal: AbortSignal
  /** Found as kubectl finds it when left out. */
  readonly kubeconfig?: string | undefined
  /** How many agents are asked at a time: 20 when left out, 50 at most. */
  readonly concurrency?: number | undefined
  /** How much is read of all agents together: 10 MB a second when left out. */
  readonly bytesPerSecond?: number | undefined
  readonly random?: () => number
}

/** What one agent tells. */
export interface AgentHealth {
  /** The URI that leads to it alone. */
  readonly label: string
  readonly node: NodeName
  readonly source: HealthSource
  /** Resolves once it is this agent's turn to be asked: with many it takes a while. */
  readonly asked: Promise<void>
}

const maxConcurrency = 50
const rightsTimeoutMs = 5000

/**
 * The health that Cilium's agents tell, one source a node, for `k8s://[CONTEXT]/[NAMESPACE]/[POD]`.
 * Throws a UserError where the cluster cannot be had, has no such agent, or grants no right to ask
 * them. Close each source.
 */
export async function openKubernetes(
  uri: string,
  options: KubernetesOptions,
): Promise<readonly AgentHealth[]> {
  const { clock, historyLength, signal, random = Math.random } = options
  const life = new AbortController()
  const { kubeconfig } = options
  const { cluster, roster, agents, nodes } = await openAgents(uri, {
    clock,
    signal,
    life: life.signal,
    kubeconfig,
  }).catch(error => {
    life.abort(error)
    throw error
  })
  const turns = createTurns({
    clock,
    concurrency: Math.min(maxConcurrency, Math.max(1, options.concurrency ?? 20)),
    bytesPerSecond: options.bytesPerSecond ?? 10e6,
  })
  const lastOnly = agents.length > 1
  const sharedNames = shareNames()
  const kept = { historyLength, lastOnly, sharedNames, sources: agents.length }
  const shared = { cluster, roster, nodes, turns, clock, random, ...kept }
  const open = new Set(agents)
  return agents.map(agent => {
    const { node } = agent
    const label = agentUri(cluster, agent)
    const source = createPodSource({ ...shared, node, label })
    const close = async () => {
      await source.close()
      if (open.delete(agent) && open.size === 0) life.abort(new Error('closed'))
    }
    return { label, node: node as NodeName, source: { ...source, close }, asked: source.asked }
  })
}

async function openAgents(uri: string, options: LocateOptions) {
  const located = await locate(uri, options)
  const { cluster } = located
  const { clock, signal, life } = options
  const [nodes] = await Promise.all([
    orAborted(openNodeBook({ cluster, clock, life }), signal),
    mustBeAllowed(cluster, located.agents, signal),
  ])
  return { ...located, nodes }
}

/** A right that is missing is told before anything is shown: it is missing for every agent. */
async function mustBeAllowed(
  cluster: Cluster,
  agents: readonly AgentPod[],
  signal: AbortSignal,
): Promise<void> {
  const agent = agents.find(({ trouble }) => trouble === undefined)
  if (!agent) return
  const limit = AbortSignal.any([signal, AbortSignal.timeout(rightsTimeoutMs)])
  await runHealth(cluster, agent, ['--help'], limit).catch(error => {
    signal.throwIfAborted()
    const isRight = error instanceof Refusal && missingRight(error) !== undefined
    if (isRight) throw toldRefusal(error, cluster.context, agent.namespace)
  })
}
