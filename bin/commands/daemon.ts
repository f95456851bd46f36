import type { RequestListener } from 'node:http'
import { type ListenFlags, readListening } from '../../src/core/api/access-files.ts'
import type { Deniable } from '../../src/core/api/operations.ts'
import { createResponder } from '../../src/core/api/responder.ts'
import { createHealthServer } from '../../src/core/api/server.ts'
import { type Service, serve } from '../../src/core/daemon/daemon.ts'
import { writePidfile } from '../../src/core/daemon/pidfile.ts'
import { createLog, type Log } from '../../src/core/log.ts'
import type { HealthSource } from '../../src/core/model/source.ts'
import { apisDenied } from '../api-access.ts'
import { assembleEngine } from '../assemble.ts'
import { boundGarbage } from '../bound-garbage.ts'
import { agentSocket, healthSocket } from '../client.ts'
import { endOnSignals, exitCodes, logTo, puttingAway } from '../exit.ts'
import { removeLeftTunnels } from '../leftovers.ts'
import { logNews } from '../log-news.ts'
import { fromAgent, nodesAskedFor, openStored } from '../open-nodes.ts'
import { isSocket } from '../open-source.ts'
import { intervalNotice, type ProbeFlags, usualPort } from '../settings.ts'
import { version } from '../version.ts'

export interface DaemonFlags extends ProbeFlags, ListenFlags {
  readonly debug?: boolean
  readonly passive?: boolean
  readonly admin: 'unix' | 'any'
  readonly pidfile?: string
  readonly socket?: string
  readonly listenAddress?: readonly string[]
  readonly enableCiliumHealthApiServerAccess?: ReadonlySet<Deniable>
}

/** `-d`: probes, answers the health API and `/hello`; with `--passive` only `/hello`. */
export async function daemon(flags: DaemonFlags): Promise<void> {
  boundGarbage({ growthPercent: 25 })
  const end = endOnSignals([], puttingAway)
  void removeLeftTunnels()
  const write = logTo(process.stderr)
  const log = createLog({ write, nowMs: Date.now, debug: flags.debug ?? false })
  const services: Service[] = []
  try {
    log.info('cilium-health starts', { version, pid: process.pid, passive: flags.passive ?? false })
    const active = flags.passive ? undefined : await prober(flags, log)
    services.push(...(active?.services ?? []))
    services.push(await responder(flags, log, flags.admin === 'any' ? active?.handle : undefined))
    // Only now: another daemon's pidfile is not ours to touch.
    if (flags.pidfile) services.push(pidfile(flags.pidfile))
  } catch (error) {
    await serve(services, AbortSignal.abort())
    throw error
  }
  const error = await serve(services, end)
  if (error) log.error('cilium-health ends', { error: error.message })
  else log.info('cilium-health ends', { reason: String(end.reason.message) })
  // To be told to end is what a daemon expects: no failure.
  process.exitCode = error ? exitCodes.failure : exitCodes.ok
}

const never = new Promise<never>(() => {})

function pidfile(path: string): Service {
  const file = writePidfile(path)
  return { name: 'pidfile', failed: never, close: async () => file.close() }
}

/** With `--admin=any`, as in Cilium 1.5, the health API is there as well. */
async function responder(flags: DaemonFlags, log: Log, others?: RequestListener): Promise<Service> {
  const { port = usualPort, listenAddress: addresses } = flags
  const opened = await createResponder({ port, others, ...(addresses ? { addresses } : {}) })
  const where = addresses?.join(' ') ?? 'all addresses'
  log.info('answering /hello', { port: opened.port, addresses: where })
  if (others) log.warn('the health API is open to all who reach this port', { admin: 'any' })
  return { ...opened, name: 'responder' }
}

/** The engine, and the health API that tells of it. */
async function prober(flags: DaemonFlags, log: Log) {
  const listening = readListening(flags)
  const open = nodesAskedFor(flags) ?? (await whatIsThere())
  const notice = intervalNotice(flags)
  if (notice) log.warn(notice)
  // Ours is the port that was asked for: a demo on this machine takes any other.
  const nodes = await open(flags.demo === undefined ? flags : { ...flags, port: 0 })
  const source = assembleEngine({ nodes, flags, pace: 'daemon' })
  const denied = apisDenied(flags.enableCiliumHealthApiServerAccess)
  const { healthz, httpPort: port } = nodes
  const server = createHealthServer({ source, healthz, port, denied })
  const path = flags.socket ?? healthSocket()
  try {
    // What is refused on TCP is refused before anything is served.
    const places = [...(listening ? [listening] : []), { path }]
    for (const place of places) {
      log.info('serving the health API', { at: await server.listen(place) })
    }
  } catch (error) {
    await server.close()
    await source.close()
    throw error
  }
  log.info('probing', { nodes: nodes.label })
  logNews(source, log)
  const services: readonly Service[] = [
    { name: 'prober', failed: brokenProber(source), close: () => source.close() },
    { ...server, name: 'health API' },
  ]
  return { services, handle: server.handle }
}

/** An engine whose feed is lost for good has nothing to tell any more. */
const brokenProber = (source: HealthSource) =>
  new Promise<Error>(resolve => {
    source.subscribe(() => {
      const { feed } = source.snapshot()
      const goesOn = feed.kind !== 'lost' || feed.paused || feed.retryAtMs !== undefined
      if (!goesOn) resolve(new Error(feed.reason))
    })
  })

/** As Cilium 1.5 does, a daemon without any other word waits for its agent. */
const whatIsThere = async () =>
  isSocket(agentSocket()) ? fromAgent : ((await openStored()) ?? fromAgent)
