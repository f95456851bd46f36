import { existsSync } from 'node:fs'
import { loadavg } from 'node:os'
import type { HealthzAnswer } from '../src/core/api/operations.ts'
import type { Store } from '../src/core/engine/store.ts'
import { UserError } from '../src/core/errors.ts'
import { formatGoDuration } from '../src/core/model/duration.ts'
import type { NodeSource } from '../src/core/model/source.ts'
import type { AgentHealth, AgentSource } from '../src/core/nodes/agent.ts'
import { agentSocket } from './client.ts'
import { defaultDemoNodes, type ProbeFlags, usualPort } from './settings.ts'

/** Whom to probe, ready to be joined with an engine. */
export interface OpenedNodes {
  readonly label: string
  /** The store is there for what the source has to tell besides the list. */
  readonly connect: (store: Store) => NodeSource
  /** The port of `/hello` on these nodes. */
  readonly httpPort: number
  /** The answer of `GET /healthz`: the agent's, where there is one. */
  readonly healthz: () => Promise<HealthzAnswer>
}

export type OpenNodes = (flags: ProbeFlags) => Promise<OpenedNodes>

const ways = {
  '--demo': { asked: flags => flags.demo !== undefined, open: demo },
  '--node': { asked: flags => flags.node !== undefined, open: given },
  '--nodes': { asked: flags => flags.nodes !== undefined, open: fromFile },
  '--cilium': { asked: flags => flags.cilium !== undefined, open: fromAgent },
} satisfies Record<string, { asked: (flags: ProbeFlags) => boolean; open: OpenNodes }>

/** The node source that the flags name, if any. Throws a UserError where they name two. */
export function nodesAskedFor(
  flags: ProbeFlags,
  others: readonly string[] = [],
): OpenNodes | undefined {
  const asked = Object.entries(ways).filter(([, way]) => way.asked(flags))
  const names = [...others, ...asked.map(([name]) => name)]
  if (names.length <= 1) return asked[0]?.[1].open
  throw new UserError(
    `${names.join(' and ')} exclude each other`,
    'Give one source: --host, --node (repeatable), --nodes, --demo or --cilium.',
  )
}

async function demo({ demo: count = true, port }: ProbeFlags): Promise<OpenedNodes> {
  const { openLoopback } = await import('../src/core/nodes/loopback.ts')
  const nodes = await openLoopback({
    nodes: count === true ? defaultDemoNodes : count,
    ...(port === undefined ? {} : { port }),
  })
  return unlinked(nodes, nodes.httpPort)
}

async function given(flags: ProbeFlags): Promise<OpenedNodes> {
  const { fixedNodes } = await import('../src/core/nodes/fixed.ts')
  return unlinked(fixedNodes(flags.node ?? []), flags.port)
}

async function fromFile(flags: ProbeFlags): Promise<OpenedNodes> {
  const { fileNodes } = await import('../src/core/nodes/file.ts')
  return unlinked(await fileNodes(flags.nodes ?? ''), flags.port)
}

/** The nodes that are stored in the settings, if any. */
export async function openStored(): Promise<OpenNodes | undefined> {
  const [{ readSettings }, { storedNodes }] = await Promise.all([
    import('../src/core/config.ts'),
    import('../src/core/nodes/stored.ts'),
  ])
  const { file, settings } = await readSettings()
  const nodes = storedNodes(settings.nodes, file)
  return nodes && (async flags => unlinked(nodes, flags.port))
}

export async function fromAgent({ cilium, port = usualPort }: ProbeFlags): Promise<OpenedNodes> {
  const { openAgent } = await import('../src/core/nodes/agent.ts')
  const uri = cilium ?? `unix://${agentSocket()}`
  let agent: AgentSource | undefined
  return {
    label: `agent ${uri}`,
    connect(store) {
      const onProblem = (reason: string | undefined) => {
        const sinceMs = store.snapshot().listLost?.sinceMs ?? Date.now()
        store.setListLost(reason === undefined ? undefined : { sinceMs, reason })
      }
      agent = openAgent({ uri, onProblem, onState: store.setAgent })
      return agent
    },
    httpPort: port,
    healthz: () => ownHealth(uri, agent),
  }
}

/** What the agent tells of itself, and this machine's load and our uptime beside it. */
async function ownHealth(uri: string, agent: AgentSource | undefined): Promise<HealthzAnswer> {
  const path = uri.replace(/^unix:\/\//, '')
  if (path.startsWith('/') && !existsSync(path)) return missingSocket(path)
  const health = await agent?.healthz()
  if (health?.kind !== 'status') return { kind: 'failed', reason: await reasonOf(health) }
  const [last1min = '', last5min = '', last15min = ''] = loadavg().map(load => load.toFixed(2))
  const body = {
    cilium: health.status,
    'system-load': { last1min, last5min, last15min },
    uptime: formatGoDuration(process.uptime() * 1e9),
  }
  return { kind: 'ok', body }
}

/** As Cilium's daemon says it. */
async function reasonOf(silence: Extract<AgentHealth, { kind: 'silence' }> | undefined) {
  if (silence?.text === undefined) return silence?.reason ?? 'starting'
  const { agentMisfit } = await import('../src/core/api/go-decode-health.ts')
  return agentMisfit(silence.text) ?? silence.reason
}

/** A source without an agent behind it. */
const unlinked = (nodes: NodeSource, httpPort = usualPort): OpenedNodes => ({
  label: nodes.label,
  connect: () => nodes,
  httpPort,
  healthz: async () => missingSocket(agentSocket()),
})

/** Cilium's own words. */
const missingSocket = (path: string): HealthzAnswer => ({
  kind: 'failed',
  reason: `missing socket: ${path} does not exist`,
})
