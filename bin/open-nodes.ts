import type { HealthzAnswer } from '../src/core/api/operations.ts'
import type { Store } from '../src/core/engine/store.ts'
import { UserError } from '../src/core/errors.ts'
import type { NodeSource } from '../src/core/model/source.ts'
import { agentSocket } from './client.ts'
import { defaultDemoNodes, type ProbeFlags } from './settings.ts'

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

async function demo({ demo: count = true }: ProbeFlags): Promise<OpenedNodes> {
  const { openLoopback } = await import('../src/core/nodes/loopback.ts')
  const nodes = await openLoopback({ nodes: count === true ? defaultDemoNodes : count })
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
  const [{ openConfig }, { storedNodes }] = await Promise.all([
    import('../src/core/config.ts'),
    import('../src/core/nodes/stored.ts'),
  ])
  const config = await openConfig()
  const nodes = storedNodes(config.settings.nodes, config.file)
  return nodes && (async flags => unlinked(nodes, flags.port))
}

export async function fromAgent(flags: ProbeFlags): Promise<OpenedNodes> {
  throw new UserError(`${flags.cilium ?? agentSocket()}: not yet`)
}

/** A source without an agent behind it. */
const unlinked = (nodes: NodeSource, httpPort: number): OpenedNodes => ({
  label: nodes.label,
  connect: () => nodes,
  httpPort,
  healthz: async () => ({
    kind: 'failed',
    reason: `missing socket: ${agentSocket()} does not exist`,
  }),
})
