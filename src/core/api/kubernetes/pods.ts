import * as v from 'valibot'
import { plainText } from '../plain-text.ts'
import type { Cluster } from './cluster.ts'
import { listAll } from './list.ts'

/** The pod of an agent. */
export interface AgentPod {
  readonly name: string
  /** The pod's own name until it has a node. */
  readonly node: string
  readonly namespace: string
  /** Why nothing can be asked there, in Kubernetes' words; undefined while the agent runs. */
  readonly trouble: string | undefined
  readonly ready: boolean
}

const agentContainer = 'cilium-agent'
const selector = 'k8s-app=cilium'

const text = (limit: number) =>
  v.pipe(
    v.string(),
    v.transform(value => plainText(value, limit)),
  )
const cause = v.optional(
  v.object({ reason: v.optional(text(100)), message: v.optional(text(300)) }),
)
const container = v.object({
  name: v.string(),
  ready: v.optional(v.boolean(), false),
  state: v.optional(
    v.object({ running: v.optional(v.object({})), waiting: cause, terminated: cause }),
    {},
  ),
})
const pod = v.object({
  metadata: v.object({
    name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{0,252}$/)),
    creationTimestamp: v.optional(v.string(), ''),
    deletionTimestamp: v.optional(v.string()),
  }),
  spec: v.object({ nodeName: v.optional(text(253)) }),
  status: v.object({
    phase: v.optional(text(50), 'Unknown'),
    reason: v.optional(text(100)),
    message: v.optional(text(300)),
    containerStatuses: v.optional(v.array(container), []),
  }),
})

/** Cilium's agents in a namespace, one a node: of two, the one that is not being deleted, or newer. */
export async function listAgents(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly AgentPod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods`
  const items = await listAll(cluster, path, { labelSelector: selector }, signal)
  const found = items.flatMap(item => {
    const each = v.safeParse(pod, item)
    return each.success ? [each.output] : []
  })
  return onePerNode(found).map(each => agentOf(each, namespace))
}

/** What `cilium-health` in the agent's container writes. Rejects as `Cluster.exec` does. */
export const runHealth = (
  cluster: Cluster,
  { namespace, name: pod }: AgentPod,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string> => {
  const command = ['cilium-health', ...words]
  return cluster.exec({ namespace, pod, container: agentContainer, command }, signal)
}

type Pod = v.InferOutput<typeof pod>

function onePerNode(pods: readonly Pod[]): readonly Pod[] {
  const rank = ({ metadata }: Pod) =>
    `${metadata.deletionTimestamp === undefined ? 1 : 0} ${metadata.creationTimestamp}`
  const byNode = new Map<string, Pod>()
  for (const each of pods) {
    const node = each.spec.nodeName ?? each.metadata.name
    const other = byNode.get(node)
    if (!other || rank(each) > rank(other)) byNode.set(node, each)
  }
  return [...byNode.values()]
}

function agentOf(each: Pod, namespace: string): AgentPod {
  const { name } = each.metadata
  const agent = each.status.containerStatuses.find(status => status.name === agentContainer)
  return {
    name,
    namespace,
    node: each.spec.nodeName ?? name,
    trouble: agent?.state.running ? undefined : `pod ${name}: ${whyNot(each, agent)}`,
    ready: agent?.ready ?? false,
  }
}

/** The words of Kubernetes: `CrashLoopBackOff (back-off 5m0s restarting failed container)`. */
function whyNot({ status }: Pod, agent: v.InferOutput<typeof container> | undefined): string {
  const said = agent?.state.waiting ?? agent?.state.terminated ?? status
  const reason = said.reason ?? status.phase
  return said.message === undefined || said.message === '' ? reason : `${reason} (${said.message})`
}
