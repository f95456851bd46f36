import { mkdirSync } from 'node:fs'
import { systemClock } from '../../src/core/clock.ts'
import { type Service, serve } from '../../src/core/daemon/daemon.ts'
import { runIp } from '../../src/core/daemon/ip.ts'
import {
  type Launched,
  readReport,
  removeReport,
  reportOf,
  writeReport,
} from '../../src/core/daemon/launch-report.ts'
import { mustBeFree, removeDeadSocket } from '../../src/core/daemon/leftovers.ts'
import { readPidfile, writePidfile } from '../../src/core/daemon/pidfile.ts'
import { commandLine, endByPidfile } from '../../src/core/daemon/processes.ts'
import { UserError } from '../../src/core/errors.ts'
import { createLog, type Log } from '../../src/core/log.ts'
import { printSafely } from '../client.ts'
import { endOnSignals, exitCodes, logTo, puttingAway } from '../exit.ts'
import type { LaunchFlags } from '../launch-flags.ts'
import {
  type Launch,
  openEndpoint,
  openLauncher,
  type Places,
  placesOf,
  planEndpoint,
} from '../launch-parts.ts'
import { formatLaunchReport } from '../launch-status.ts'
import { version } from '../version.ts'

/** What Cilium's agent does around cilium-health: runs the daemon, makes the health endpoint. */
export async function launch(flags: LaunchFlags): Promise<void> {
  const places = placesOf(flags)
  if (flags.status) return showStatus(flags, places)
  const plan = flags.endpoint ? await planEndpoint(flags, places.endpointPidfile) : undefined
  const end = endOnSignals([], puttingAway)
  const write = logTo(process.stderr)
  const log = createLog({ write, nowMs: Date.now, debug: flags.debug ?? false })
  const services: Service[] = []
  try {
    log.info('cilium-health launch starts', { version, pid: process.pid })
    services.push(claim(places))
    await endByPidfile(places.daemonPidfile, systemClock)
    if (plan) await mustBeFree(plan, runIp)
    const sinceMs = Date.now()
    const onChange = () => tell(places, launched, log)
    const parts: Launch = { flags, places, log, write, onChange }
    const launched: Launched = {
      pid: process.pid,
      sinceMs,
      socket: places.socket,
      launcher: openLauncher(parts),
      ...(plan && { endpoint: openEndpoint(parts, plan) }),
    }
    services.push(...servicesOf(launched, places))
    onChange()
  } catch (error) {
    await serve(services, AbortSignal.abort())
    throw error
  }
  const error = await serve(services, end)
  if (error) log.error('cilium-health launch ends', { error: error.message })
  else log.info('cilium-health launch ends', { reason: String(end.reason.message) })
  process.exitCode = error ? exitCodes.failure : exitCodes.ok
}

/** Two launches in one place would end each other's processes. */
function claim({ pidfile, stateDir }: Places): Service {
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
    const { message } = error as Error
    throw new UserError(`Cannot make ${stateDir}: ${message}`, 'Give another --state-dir.')
  }
  const file = writePidfile(pidfile)
  return { name: 'pidfile', failed: never, close: async () => file.close() }
}

/** In a container numbers begin anew: the last launch may have had the one that is ours now. */
const isLaunch = (pid: number) => pid !== process.pid && commandLine(pid).includes('launch')

const never = new Promise<never>(() => {})

function tell({ report }: Places, launched: Launched, log: Log): void {
  try {
    writeReport(report, reportOf(launched))
  } catch (error) {
    log.warn('cannot write the status', { error: (error as Error).message })
  }
}

function servicesOf({ launcher, endpoint }: Launched, places: Places): readonly Service[] {
  return [
    { name: 'status', failed: never, close: async () => removeReport(places.report) },
    {
      name: 'launcher',
      failed: launcher.failed,
      async close() {
        await launcher.close()
        // What a daemon that did not end by itself left behind.
        await endByPidfile(places.daemonPidfile, systemClock)
        await removeDeadSocket(places.socket)
      },
    },
    ...(endpoint ? [{ ...endpoint.controller, name: 'cilium-health-ep' }] : []),
  ]
}

async function showStatus({ output }: LaunchFlags, { report: path }: Places): Promise<void> {
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
