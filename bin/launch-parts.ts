import { resolve } from 'node:path'
import { createHealthClient } from '../src/core/api/client.ts'
import { systemClock } from '../src/core/clock.ts'
import { type Command, startChild } from '../src/core/daemon/child.ts'
import { createController } from '../src/core/daemon/controller.ts'
import { createEndpoint } from '../src/core/daemon/endpoint.ts'
import { checkNames, type EndpointPlan, pairAddresses } from '../src/core/daemon/endpoint-plan.ts'
import { runIp } from '../src/core/daemon/ip.ts'
import type { Launched } from '../src/core/daemon/launch-report.ts'
import { createLauncher, type Launcher } from '../src/core/daemon/launcher.ts'
import { troubleWith } from '../src/core/daemon/trouble.ts'
import { UserError } from '../src/core/errors.ts'
import type { Log } from '../src/core/log.ts'
import { openAgent } from '../src/core/nodes/agent.ts'
import { agentSocket, healthSocket } from './client.ts'
import type { LaunchFlags } from './launch-flags.ts'
import { usualPort } from './settings.ts'

/** What all parts of a launch share. */
export interface Launch {
  readonly flags: LaunchFlags
  readonly places: Places
  readonly log: Log
  /** Takes the children's lines of stderr. */
  readonly write: (line: string) => void
  readonly onChange: () => void
}

export type Places = ReturnType<typeof placesOf>

/** What a launch keeps on disk. Absolute paths, since its processes are known again by them. */
export function placesOf({ stateDir, socket }: LaunchFlags) {
  const inState = (file: string) => resolve(stateDir, file)
  return {
    stateDir: resolve(stateDir),
    pidfile: inState('launch.pid'),
    report: inState('launch.json'),
    daemonPidfile: inState('health.pid'),
    endpointPidfile: inState('health-endpoint.pid'),
    socket: resolve(socket ?? healthSocket()),
  }
}

const helloTimeoutMs = 5000

/** Runs `cilium-health -d` once its agent answers, and keeps it alive. */
export function openLauncher({ flags, places, log, write, onChange }: Launch): Launcher {
  if (flags.nodes === '-') {
    throw new UserError(
      'A daemon that is started again cannot read stdin again: give a file of nodes',
    )
  }
  const daemon = createHealthClient({ host: `unix://${places.socket}`, timeoutMs: helloTimeoutMs })
  const agent = agentUri(flags)
  const command = ourselves([
    ...['-d', '--socket', places.socket, '--pidfile', places.daemonPidfile],
    ...probeArgs(agent === undefined ? flags : { ...flags, cilium: agent }),
    ...(flags.debug ? ['--debug'] : []),
    ...(flags.daemonFlag ?? []),
  ])
  return createLauncher({
    ...(agent !== undefined && { askAgent: () => askAgent(agent) }),
    start: () => startChild(command, { write }),
    askDaemon: () => daemon.getHello(),
    helloMs: flags.helloInterval,
    clock: systemClock,
    log,
    onChange,
  })
}

/** The agent to wait for, unless the nodes come from elsewhere. */
function agentUri({ agent, cilium, node, nodes, demo }: LaunchFlags): string | undefined {
  const elsewhere = !agent || node !== undefined || nodes !== undefined || demo !== undefined
  return elsewhere ? undefined : (cilium ?? `unix://${agentSocket()}`)
}

async function askAgent(uri: string): Promise<void> {
  const agent = openAgent({ uri, timeoutMs: helloTimeoutMs })
  const health = await agent.healthz()
  await agent.close()
  if (health.kind === 'silence') throw new UserError(health.reason)
}

/** This very program, with other arguments. */
const ourselves = (args: readonly string[]): Command => ({
  file: process.execPath,
  args: [...process.execArgv, process.argv[1] ?? '', ...args],
})

/** The flags of a daemon that probes as these say. */
function probeArgs(flags: LaunchFlags): readonly string[] {
  const inMs = (ms: number | undefined) => (ms === undefined ? undefined : `${ms}ms`)
  const given = {
    '--nodes': flags.nodes,
    '--cilium': flags.cilium,
    '--interval': inMs(flags.interval),
    '--min-interval': inMs(flags.minInterval),
    '--timeout': inMs(flags.timeout),
    '--max-probes-per-second': flags.maxProbesPerSecond,
    '--port': flags.port,
    '--icmp': flags.icmp,
    '--icmp-count': flags.icmpCount,
    '--http': flags.http,
    '--list-grace': inMs(flags.listGrace),
    '--history': flags.history,
  }
  return [
    ...(flags.node ?? []).map(node => `--node=${node}`),
    ...(flags.demo === undefined ? [] : [flags.demo === true ? '--demo' : `--demo=${flags.demo}`]),
    ...Object.entries(given).flatMap(([flag, value]) =>
      value === undefined ? [] : [`${flag}=${value}`],
    ),
  ]
}

/** The endpoint that the flags describe. Throws a UserError where it cannot be. */
export async function planEndpoint(flags: LaunchFlags, pidfile: string): Promise<EndpointPlan> {
  const { netns, link, endpointIp, hostIp, port = usualPort } = flags
  const alone = 'or run the daemon alone: cilium-health launch --no-endpoint'
  if (process.getuid?.() !== 0) {
    throw new UserError(
      'The health endpoint is a network namespace: it needs root',
      `Be root, ${alone}`,
    )
  }
  if (endpointIp === undefined || hostIp === undefined) {
    throw new UserError(
      'The health endpoint needs its own address and one of this host',
      `Give --endpoint-ip IPv4[,IPv6] and --host-ip IPv4[,IPv6], ${alone}`,
    )
  }
  checkNames({ netns, link })
  await runIp(['-V'])
  return { netns, link, pairs: pairAddresses(endpointIp, hostIp), port, pidfile }
}

/** Makes the endpoint, and makes it anew when it does not answer: Cilium's `cilium-health-ep`. */
export function openEndpoint(
  { flags, log, write, onChange }: Launch,
  plan: EndpointPlan,
): NonNullable<Launched['endpoint']> {
  const [{ family, endpoint: ip } = { family: 4, endpoint: '' }] = plan.pairs
  const host = `tcp://${family === 4 ? ip : `[${ip}]`}:${plan.port}`
  const client = createHealthClient({ host, timeoutMs: helloTimeoutMs })
  const port = String(plan.port)
  const endpoint = createEndpoint({
    plan,
    responder: ourselves(['-d', '--passive', '--port', port, '--pidfile', plan.pidfile]),
    start: command => startChild(command, { write }),
    hello: () => client.getHello(),
    ip: runIp,
    clock: systemClock,
    log,
    onDeath: () => controller.trigger(),
  })
  const intervalMs = flags.endpointInterval
  const controller = createController({
    run: endpoint.ensure,
    async undo() {
      const error = await troubleWith(endpoint.remove)
      if (error !== undefined) log.error('the health endpoint is not removed whole', { error })
    },
    intervalMs,
    clock: systemClock,
    onChange,
  })
  return { plan, endpoint, controller, intervalMs }
}
