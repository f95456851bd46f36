import { statSync } from 'node:fs'
import { systemClock } from '../src/core/clock.ts'
import { UserError } from '../src/core/errors.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import { assembleEngine, type Pace } from './assemble.ts'
import { agentSocket, type ClientFlags, healthSocket } from './client.ts'
import { fromAgent, nodesAskedFor, type OpenNodes, openStored } from './open-nodes.ts'
import type { ProbeFlags } from './settings.ts'

export interface SourceFlags extends ProbeFlags, ClientFlags {}

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

const engine = async (open: OpenNodes, flags: SourceFlags, pace: Pace): Promise<HealthSource> =>
  assembleEngine({ nodes: await open(flags), flags, pace })

async function attach(flags: SourceFlags): Promise<HealthSource> {
  const { createAttachment } = await import('../src/core/api/attach.ts')
  const target = flags.host ?? `unix://${healthSocket()}`
  return createAttachment({ target, clock: systemClock, historyLength: flags.history })
}

export const isSocket = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isSocket() ?? false
