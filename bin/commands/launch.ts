import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { createHealthClient } from '../../src/core/api/client.ts'
import { systemClock } from '../../src/core/clock.ts'
import { type Command, startChild } from '../../src/core/daemon/child.ts'
import { createController } from '../../src/core/daemon/controller.ts'
import { type Service, serve } from '../../src/core/daemon/daemon.ts'
import { createEndpoint } from '../../src/core/daemon/endpoint.ts'
import {
  checkNames,
  type EndpointPlan,
  pairAddresses,
} from '../../src/core/daemon/endpoint-plan.ts'
import { runIp } from '../../src/core/daemon/ip.ts'
import {
  type Launched,
  readReport,
  removeReport,
  reportOf,
  writeReport,
} from '../../src/core/daemon/launch-report.ts'
import { createLauncher, type Launcher } from '../../src/core/daemon/launcher.ts'
import { mustBeFree, removeDeadSocket } from '../../src/core/daemon/leftovers.ts'
import { readPidfile, writePidfile } from '../../src/core/daemon/pidfile.ts'
import { commandLine, endByPidfile } from '../../src/core/daemon/processes.ts'
import { UserError } from '../../src/core/errors.ts'
import { createLog, type Log } from '../../src/core/log.ts'
import { openAgent } from '../../src/core/nodes/agent.ts'
import { agentSocket, healthSocket, printSafely } from '../client.ts'
import { endOnSignals, exitCodes } from '../exit.ts'
import type { LaunchFlags } from '../launch-flags.ts'
import { formatLaunchReport } from '../launch-status.ts'
import { version } from '../version.ts'

/** What a launch keeps on disk, and with whom it talks. */
interface Launch {
  readonly flags: LaunchFlags
  readonly places: ReturnType<typeof placesOf>
  readonly log: Log
  readonly write: (line: string) => void
}

/** What Cilium's agent does around cilium-health: runs the daemon, makes the health endpoint. */
export async function launch(flags: LaunchFlags): Promise<void> {
  const places = placesOf(flags)
  if (flags.status) return showStatus(flags, places.report)
  const plan = flags.endpoint ? await planEndpoint(flags, places.endpointPidfile) : undefined
  const end = endOnSignals()
  const write = (line: string) => process.stderr.write(line)
  const log = createLog({ write, nowMs: Date.now, debug: flags.debug ?? false })
  const services: Service[] = []
  try {
    log.info('cilium-health launch starts', { version, pid: process.pid })
    services.push(claim(places))
    await endByPidfile(places.daemonPidfile, systemClock)
    if (plan) await mustBeFree(plan, runIp)
    services.push(...launchAll({ flags, places, log, write }, plan))
  } catch (error) {
    await serve(services, AbortSignal.abort())
    throw error
  }
  const error = await serve(services, end)
  if (error) log.error('cilium-health launch ends', { error: error.message })
  else log.info('cilium-health launch ends', { reason: String(end.reason.message) })
  if (error) process.exitCode = exitCodes.failure
}

/** Absolute, since processes are known again by them. */
function placesOf({ stateDir, socket }: LaunchFlags) {
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

async function planEndpoint(flags: LaunchFlags, pidfile: string): Promise<EndpointPlan> {
  const { netns, link, endpointIp, hostIp, port } = flags
  const alone = 'or run the daemon alone: cilium-health launch --no-endpoint'
  if (process.getuid?.() !== 0) {
    throw new UserError('The health endpoint needs root: it is a network namespace', `Be root, ${alone}`)
  }
  if (endpointIp === undefined || hostIp === undefined) {
    throw new UserError(
      'The health endpoint needs its address and the one of this host',
      `Give --endpoint-ip IPv4[,IPv6] and --host-ip IPv4[,IPv6], ${alone}`,
    )
  }
  checkNames({ netns, link })
  await runIp(['-V'])
  return { netns, link, pairs: pairAddresses(endpointIp, hostIp), port, pidfile }
}

/** Two launches in one place would end each other's processes. */
function claim({ pidfile, stateDir }: Launch['places']): Service {
  const pid = readPidfile(pidfile)
  if (isLaunch(pid)) {
    throw new UserError(
      `Another launch is running here (pid ${pid}, ${stateDir})`,
      'End it first, or give this one its own --state-dir, --socket, --netns and --link.',
    )
  }
  try {
    mkdirSync(stateDir, { recursive: true })
  } catch (error) {
    throw new UserError(`Cannot make ${stateDir}: ${(error as Error).message}`, 'Give another --state-dir.')
  }
  const file = writePidfile(pidfile)
  return { name: 'pidfile', failed: never, close: async () => file.close() }
}

const isLaunch = (pid: number) => pid !== process.pid && commandLine(pid).includes('launch')

const never = new Promise<never>(() => {})

/** The services in the order of their opening: the report, the daemon, the endpoint. */
function launchAll(launch: Launch, plan: EndpointPlan | undefined): readonly Service[] {
  const { places, log } = launch
  const sinceMs = Date.now()
  const tell = () => {
    const endpoint = endpointParts && { ...endpointParts }
    const launched = { pid: process.pid, sinceMs, launcher, socket: places.socket }
    try {
      writeReport(places.report, reportOf({ ...launched, ...(endpoint && { endpoint }) }))
    } catch (error) {
      log.warn('cannot write the status', { error: (error as Error).message })
    }
  }
  const endpointParts = plan && openEndpoint(launch, plan, () => tell())
  const launcher = openLauncher(launch, () => tell())
  tell()
  const report = { name: 'status', failed: never, close: async () => removeReport(places.report) }
  const daemon = {
    name: 'launcher',
    failed: launcher.failed,
    async close() {
      await launcher.close()
      await endByPidfile(places.daemonPidfile, systemClock)
      await removeDeadSocket(places.socket)
    },
  }
  return endpointParts
    ? [report, daemon, { ...endpointParts.controller, name: 'cilium-health-ep' }]
    : [report, daemon]
}

function openLauncher({ flags, places, log, write }: Launch, onChange: () => void): Launcher {
  const daemon = createHealthClient({ host: `unix://${places.socket}`, timeoutMs: helloTimeoutMs })
  const agent = agentUri(flags)
  const args = [
    ...['-d', '--socket', places.socket, '--pidfile', places.daemonPidfile],
    ...probeArgs({ ...flags, ...(agent === undefined ? {} : { cilium: agent }) }),
    ...(flags.debug ? ['--debug'] : []),
  ]
  return createLauncher({
    ...(agent === undefined ? {} : { askAgent: () => askAgent(agent) }),
    start: () => startChild(ourselves(args), { write }),
    askDaemon: () => daemon.getHello(),
    helloMs: flags.helloInterval,
    clock: systemClock,
    log,
    onChange,
  })
}

const helloTimeoutMs = 3000

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

function openEndpoint(
  { flags, log, write }: Launch,
  plan: EndpointPlan,
  onChange: () => void,
): NonNullable<Launched['endpoint']> {
  const [{ family, endpoint: ip } = { family: 4, endpoint: '' }] = plan.pairs
  const host = `tcp://${family === 4 ? ip : `[${ip}]`}:${plan.port}`
  const responder = createHealthClient({ host, timeoutMs: helloTimeoutMs })
  const endpoint = createEndpoint({
    plan,
    responder: ourselves([
      ...['-d', '--passive', '--port', String(plan.port), '--pidfile', plan.pidfile],
    ]),
    start: command => startChild(command, { write }),
    hello: () => responder.getHello(),
    ip: runIp,
    clock: systemClock,
    log,
    onDeath: () => controller.trigger(),
  })
  const controller = createController({
    run: endpoint.ensure,
    undo: endpoint.remove,
    intervalMs: flags.endpointInterval,
    clock: systemClock,
    onChange,
  })
  return { plan, endpoint, controller, intervalMs: flags.endpointInterval }
}

async function showStatus({ output }: LaunchFlags, path: string): Promise<void> {
  const report = readReport(path)
  if (report === undefined) {
    throw new UserError(`No launch is running: there is no ${path}`, 'Elsewhere? Give --state-dir.')
  }
  if (!isLaunch(report.launcher.pid)) {
    throw new UserError(
      `The launch of ${path} (pid ${report.launcher.pid}) is gone`,
      'It did not end by itself; the next one cleans up after it.',
    )
  }
  const json = `${JSON.stringify(report, null, 2)}\n`
  await printSafely(output === 'json' ? json : formatLaunchReport(report))
}
