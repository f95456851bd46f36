import { statSync } from 'node:fs'
import { systemClock } from '../src/core/clock.ts'
import { UserError } from '../src/core/errors.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import { accessOf } from './access-flags.ts'
import { assembleEngine, type Pace } from './assemble.ts'
import { agentSocket, type ClientFlags, healthSocket } from './client.ts'
import type { KubernetesFlags } from './kubernetes-flags.ts'
import { factsAskedFor, type NodeLabelsFlags } from './node-labels.ts'
import { fromAgent, nodesAskedFor, type OpenNodes, openStored } from './open-nodes.ts'
import type { ProbeFlags } from './settings.ts'

export interface SourceFlags extends ProbeFlags, ClientFlags, NodeLabelsFlags, KubernetesFlags {}

/** The health that `top` shows: what the flags say, else the first thing that is there. */
export async function openSource(flags: SourceFlags, pace: Pace): Promise<HealthSource> {
  const asked = nodesAskedFor(flags, flags.host === undefined ? [] : ['--host'])
  if (asked) return engine(asked, flags, pace)
  if (flags.host !== undefined || isSocket(healthSocket())) return attach(flags)
  if (isSocket(agentSocket())) return engine(fromAgent, flags, pace)
  const stored = await openStored()
  if (stored) return engine(stored, flags, pace)
  throw new UserError(
    'There is nothing to show: no daemon, no agent and no stored nodes on this machine',
    `Any one of these gives it something:
  cilium-health top --demo                              real probes of a cluster on the loopback interface
  cilium-health top --node a=10.0.0.1,10.244.0.9        nodes given here (repeatable)
  cilium-health top --nodes nodes.yaml                  the nodes of a file
  cilium-health top --host unix:///path/health.sock     a daemon (looked for ${healthSocket()})
  cilium-health top --cilium unix:///path/cilium.sock   a Cilium agent (looked for ${agentSocket()})
`,
  )
}

async function engine(open: OpenNodes, flags: SourceFlags, pace: Pace): Promise<HealthSource> {
  const factsOf = await factsAskedFor(flags)
  const nodes = await open(flags)
  if (!factsOf) return assembleEngine({ nodes, flags, pace })
  const { withFacts } = await import('../src/core/nodes/labels-file.ts')
  const connect: typeof nodes.connect = store => withFacts(nodes.connect(store), factsOf)
  return assembleEngine({ nodes: { ...nodes, connect }, flags, pace })
}

async function attach(flags: SourceFlags): Promise<HealthSource> {
  const target = flags.host ?? `unix://${healthSocket()}`
  if (target.startsWith('k8s:')) return attachToPod(target, flags)
  const { createAttachment } = await import('../src/core/api/attach.ts')
  const access = await accessOf(target, flags)
  const factsOf = await factsAskedFor(flags)
  const { history: historyLength } = flags
  return createAttachment({ target, access, clock: systemClock, historyLength, factsOf })
}

async function attachToPod(uri: string, { history }: SourceFlags): Promise<HealthSource> {
  const { openKubernetes } = await import('../src/core/api/kubernetes/index.ts')
  const { onlyOne } = await import('../src/core/api/kubernetes/locate.ts')
  const signal = AbortSignal.timeout(60_000)
  const agents = await openKubernetes(uri, { clock: systemClock, historyLength: history, signal })
  try {
    return onlyOne(uri, agents, ({ label }) => label).source
  } catch (error) {
    await Promise.all(agents.map(({ source }) => source.close()))
    throw error
  }
}

export const isSocket = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isSocket() ?? false
