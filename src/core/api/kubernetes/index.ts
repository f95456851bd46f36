import type { Clock } from '../../clock.ts'
import { UserError } from '../../errors.ts'
import type { HealthSource } from '../../model/source.ts'
import { orAborted } from '../or-aborted.ts'
import { plainText } from '../plain-text.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { openNodeBook } from './nodes.ts'
import { createPodSource } from './pod-source.ts'
import { type AgentPod, agentContainer } from './pods.ts'
import { missingRight, Refusal, toldRefusal } from './refusal.ts'
import { openRoster, type Roster, type RosterOptions } from './roster.ts'
import { readKubernetesTarget } from './target.ts'
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
  /** The node's name. */
  readonly label: string
  readonly source: HealthSource
  /** Resolves once it is this agent's turn to be asked: with many it takes a while. */
  readonly asked: Promise<void>
}

const maxConcurrency = 50
const rightsTimeoutMs = 5000
const usualNamespaces = ['kube-system', 'cilium']

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
  const target = readKubernetesTarget(uri)
  const cluster = await openCluster(target.context, options.kubeconfig)
  const life = new AbortController()
  const asking = { cluster, clock, life: life.signal }
  const opening = Promise.all([findAgents(target.namespace, asking), openNodeBook(asking)])
  const [roster, nodes] = await orAborted(opening, signal).catch(error => {
    life.abort(error)
    throw error
  })
  const agents = roster
    .agents()
    .filter(({ name, node }) => target.pod === undefined || [name, node].includes(target.pod))
  if (agents.length === 0) throw nothingThere(target.pod, roster.agents())
  await mustBeAllowed(cluster, agents, signal)
  const turns = createTurns({
    clock,
    concurrency: Math.min(maxConcurrency, Math.max(1, options.concurrency ?? 20)),
    bytesPerSecond: options.bytesPerSecond ?? 10e6,
  })
  const lastOnly = agents.length > 1
  const shared = { cluster, roster, nodes, turns, clock, historyLength, lastOnly, random }
  const open = new Set(agents)
  return agents.map(agent => {
    const { node } = agent
    const source = createPodSource({ ...shared, node })
    const close = async () => {
      await source.close()
      if (open.delete(agent) && open.size === 0) life.abort(new Error('closed'))
    }
    return { label: node, source: { ...source, close }, asked: source.asked }
  })
}

/** The agents of the namespace that was asked for, else of the first one that has some. */
async function findAgents(
  asked: string | undefined,
  options: Omit<RosterOptions, 'namespace'>,
): Promise<Roster> {
  const { cluster, life } = options
  let refused: UserError | undefined
  for (const namespace of asked === undefined ? usualNamespaces : [asked]) {
    try {
      const found = await openRoster({ ...options, namespace })
      if (found.agents().length > 0) return found
    } catch (error) {
      life.throwIfAborted()
      refused ??= told(error, cluster, namespace)
    }
  }
  if (refused) throw refused
  throw new UserError(
    `${cluster.context} has no pods k8s-app=cilium in ${asked ?? usualNamespaces.join(' or ')}`,
    'Name the namespace: k8s://CONTEXT/NAMESPACE/',
  )
}

function told(error: unknown, { context }: Cluster, namespace: string): UserError {
  if (error instanceof Refusal) return toldRefusal(error, context, namespace)
  const { message, code } = error as NodeJS.ErrnoException
  return new UserError(
    `The API server of ${context} cannot be asked: ${plainText(message || code, 300)}`,
  )
}

function nothingThere(pod: string | undefined, agents: readonly AgentPod[]): UserError {
  const some = agents.slice(0, 5).map(({ name, node }) => `${name} (${node})`)
  return new UserError(
    `There is no agent '${pod}'`,
    `There are ${agents.length}, such as ${some.join(', ')}`,
  )
}

/** A right that is missing is told before anything is shown: it is missing for every agent. */
async function mustBeAllowed(
  cluster: Cluster,
  agents: readonly AgentPod[],
  signal: AbortSignal,
): Promise<void> {
  const agent = agents.find(({ trouble }) => trouble === undefined)
  if (!agent) return
  const command = ['cilium-health', '--help']
  const execution = { ...agent, pod: agent.name, container: agentContainer, command }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(rightsTimeoutMs)])
  await cluster.exec(execution, limit).catch(error => {
    signal.throwIfAborted()
    const isRight = error instanceof Refusal && missingRight(error) !== undefined
    if (isRight) throw toldRefusal(error, cluster.context, agent.namespace)
  })
}
