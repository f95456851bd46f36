import { statSync } from 'node:fs'
import { systemClock } from '../src/core/clock.ts'
import { UserError } from '../src/core/errors.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import { assembleEngine, type EngineParts } from './assemble.ts'
import { defaultDemoNodes, type ProbeFlags } from './settings.ts'

export const defaultHealthSocket = '/var/run/cilium/health.sock'
export const defaultAgentSocket = '/var/run/cilium/cilium.sock'

export interface SourceFlags extends ProbeFlags {
  /** A daemon to attach to. */
  readonly host?: string
}

type Way = (flags: SourceFlags) => Promise<HealthSource>

/** Where the health of `top` comes from: what the flags say, else the first thing that is there. */
export async function openSource(flags: SourceFlags): Promise<HealthSource> {
  const asked = askedFor(flags)
  if (asked.length > 1) {
    throw new UserError(
      `${asked.map(([name]) => name).join(' and ')} exclude each other`,
      'Give one source: --host, --node, --nodes, --demo or --cilium.',
    )
  }
  const open = asked[0]?.[1] ?? (await whatIsThere())
  return open(flags)
}

const askedFor = (flags: SourceFlags): readonly (readonly [string, Way])[] =>
  (
    [
      ['--host', flags.host !== undefined, attach],
      ['--demo', flags.demo !== undefined, demo],
      ['--node', flags.node !== undefined, given],
      ['--nodes', flags.nodes !== undefined, fromFile],
      ['--cilium', flags.cilium !== undefined, viaAgent],
    ] as const
  ).flatMap(([name, asked, way]) => (asked ? [[name, way]] : []))

async function whatIsThere(): Promise<Way> {
  const healthSocket = process.env.CILIUM_HEALTH_SOCK ?? defaultHealthSocket
  if (isSocket(healthSocket)) return attach
  if (isSocket(process.env.CILIUM_SOCK ?? defaultAgentSocket)) return viaAgent
  const { storedNodes } = await import('../src/core/nodes/stored.ts')
  const nodes = await storedNodes()
  if (nodes) return flags => engine({ nodes: () => nodes, label: nodes.label }, flags)
  throw new UserError(
    'There is nothing to show: no daemon, no agent and no stored nodes on this machine',
    [
      'Any one of these gives it something:',
      '  cilium-health top --demo                            real probes of a cluster on the loopback interface',
      '  cilium-health top --node a=10.0.0.1,10.244.0.9      nodes given here (repeatable)',
      '  cilium-health top --nodes nodes.yaml                nodes of a file',
      `  cilium-health top --host unix:///path/health.sock   a daemon (looked for ${healthSocket})`,
      `  cilium-health top --cilium unix:///path/cilium.sock a Cilium agent (looked for ${defaultAgentSocket})`,
      '',
    ].join('\n'),
  )
}

const engine = (
  parts: Pick<EngineParts, 'nodes' | 'label'> & Partial<EngineParts>,
  flags: SourceFlags,
): HealthSource => assembleEngine({ httpPort: flags.port, flags, pace: 'top', ...parts })

const attach: Way = async flags => {
  const { createAttachment } = await import('../src/core/api/attach.ts')
  const host = flags.host ?? `unix://${process.env.CILIUM_HEALTH_SOCK ?? defaultHealthSocket}`
  return createAttachment({ target: host, clock: systemClock, historyLength: flags.history })
}

const demo: Way = async flags => {
  const { openLoopback } = await import('../src/core/nodes/loopback.ts')
  const count = flags.demo === true || flags.demo === undefined ? defaultDemoNodes : flags.demo
  const nodes = await openLoopback({ nodes: count })
  return engine({ nodes: () => nodes, label: nodes.label, httpPort: nodes.httpPort }, flags)
}

const given: Way = async flags => {
  const { fixedNodes } = await import('../src/core/nodes/fixed.ts')
  const nodes = fixedNodes(flags.node ?? [])
  return engine({ nodes: () => nodes, label: nodes.label }, flags)
}

const fromFile: Way = async flags => {
  const { fileNodes } = await import('../src/core/nodes/file.ts')
  const nodes = await fileNodes(flags.nodes ?? '')
  return engine({ nodes: () => nodes, label: nodes.label }, flags)
}

const viaAgent: Way = async flags => {
  throw new UserError(`The agent at ${flags.cilium ?? defaultAgentSocket} is next`)
}

const isSocket = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isSocket() ?? false
