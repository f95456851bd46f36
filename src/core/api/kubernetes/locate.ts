import type { Clock } from '../../clock.ts'
import { UserError } from '../../errors.ts'
import { orAborted } from '../or-aborted.ts'
import { plainText } from '../plain-text.ts'
import { type Cluster, openCluster } from './cluster.ts'
import type { AgentPod } from './pods.ts'
import { Refusal, toldRefusal } from './refusal.ts'
import { openRoster, type Roster, type RosterOptions } from './roster.ts'
import { readKubernetesTarget, uriOf } from './target.ts'

export interface LocateOptions {
  readonly clock: Clock
  /** Ends the looking. */
  readonly signal: AbortSignal
  /** Ends all listing, also later. */
  readonly life: AbortSignal
  /** Found as kubectl finds it when left out. */
  readonly kubeconfig?: string | undefined
}

export interface Located {
  readonly cluster: Cluster
  readonly roster: Roster
  /** Those that the URI names; one at least. */
  readonly agents: readonly AgentPod[]
}

const usualNamespaces = ['kube-system', 'cilium']

/**
 * The agents that `k8s://[CONTEXT]/[NAMESPACE]/[POD]` names. Throws a UserError where the cluster
 * cannot be had, or has no such agent.
 */
export async function locate(uri: string, options: LocateOptions): Promise<Located> {
  const { clock, signal, life } = options
  const { context, namespace, pod } = readKubernetesTarget(uri)
  const cluster = await openCluster(context, options.kubeconfig)
  const roster = await orAborted(findAgents(namespace, { cluster, clock, life }), signal)
  const agents = roster
    .agents()
    .filter(({ name, node }) => pod === undefined || [name, node].includes(pod))
  if (agents.length === 0) throw nothingThere(pod, roster.agents())
  return { cluster, roster, agents }
}

/** The one agent of a URI; throws a UserError where there are several. */
export function onlyOne<T>(uri: string, agents: readonly T[], nameOf: (agent: T) => string): T {
  const [only, ...others] = agents
  if (only !== undefined && others.length === 0) return only
  throw new UserError(
    `${uri} leads to ${agents.length} agents`,
    `All of them: cilium-health mesh -H ${uri}; one: ${only === undefined ? '' : nameOf(only)}`,
  )
}

/** Leads to the agent of a node: pods are replaced, nodes stay. */
export const agentUri = ({ context }: Cluster, { namespace, node }: AgentPod): string =>
  uriOf({ context, namespace, pod: node })

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
