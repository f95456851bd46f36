import { existsSync, readFileSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import { UserError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Child, Command } from './child.ts'
import { type EndpointPlan, linkCommands, routeCommands } from './endpoint-plan.ts'
import type { RunIp } from './ip.ts'
import { removeEndpoint, showLink } from './leftovers.ts'
import { readPidfile } from './pidfile.ts'
import { troubleWith } from './trouble.ts'

export type EndpointState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'starting'; readonly pid: number | undefined }
  | { readonly kind: 'running'; readonly pid: number | undefined; readonly sinceMs: number }

export interface Endpoint {
  state(): EndpointState
  /** How often it was made anew. */
  restarts(): number
  lastError(): string | undefined
  /** Asks the responder, and makes all anew unless it answers. Throws a UserError where it cannot. */
  ensure(signal: AbortSignal): Promise<void>
  /** Leaves nothing behind. */
  remove(): Promise<void>
}

export interface EndpointOptions {
  readonly plan: EndpointPlan
  /** The passive daemon, to be run inside. */
  readonly responder: Command
  readonly start: (command: Command) => Child
  /** Throws a UserError while the responder does not answer through the network. */
  readonly hello: () => Promise<unknown>
  readonly ip: RunIp
  readonly clock: Clock
  readonly log: Log
  /** The responder died by itself: `ensure` is wanted. */
  readonly onDeath: () => void
  readonly patienceMs?: number
}

/** The health endpoint: Cilium's fake pod, reached as any pod is, in which a responder answers. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const { plan, responder, hello, ip, clock, log, patienceMs = 60_000 } = options
  let state: EndpointState = { kind: 'absent' }
  let child: Child | undefined
  let launches = 0
  let wasWell = false
  let lastError: string | undefined

  const remove = async () => {
    const old = child
    child = undefined
    state = { kind: 'absent' }
    await old?.stop()
    await removeEndpoint(plan, ip, clock)
  }

  const startResponder = (): Child => {
    const args = ['netns', 'exec', plan.netns, responder.file, ...responder.args]
    const started = options.start({ file: 'ip', args })
    started.ended.then(how => {
      if (child !== started) return
      child = undefined
      state = { kind: 'absent' }
      lastError = `the responder ${how}`
      options.onDeath()
    })
    return started
  }

  /** Why the responder cannot be asked or does not answer. */
  const trouble = async (): Promise<string | undefined> => {
    if (child === undefined) return lastError ?? 'not started yet'
    if (readPidfile(plan.pidfile) !== child.pid) return `${plan.pidfile} does not tell its pid`
    return troubleWith(hello)
  }

  const untilAnswering = async (signal: AbortSignal) => {
    const endNs = clock.monotonicNs() + BigInt(patienceMs) * 1_000_000n
    for (;;) {
      const reason = await trouble()
      if (reason === undefined) return
      if (child === undefined || clock.monotonicNs() > endNs) throw new UserError(reason)
      await clock.sleep(100, signal)
    }
  }

  const launch = async (signal: AbortSignal) => {
    await makeNetwork(plan, ip)
    signal.throwIfAborted()
    child = startResponder()
    state = { kind: 'starting', pid: child.pid }
    await untilAnswering(signal)
    state = { kind: 'running', pid: child?.pid, sinceMs: clock.nowMs() }
    wasWell = true
    launches += 1
    log.info('the health endpoint answers', { netns: plan.netns, pid: child?.pid })
    if (launches === 1) warnOfForwarding(plan, log)
  }

  return {
    state: () => state,
    restarts: () => Math.max(0, launches - 1),
    lastError: () => lastError,
    async ensure(signal) {
      const reason = await trouble()
      if (reason === undefined) return
      if (wasWell) {
        log.warn('the health endpoint is made anew', { reason })
        lastError = reason
      }
      wasWell = false
      await remove()
      await launch(signal).catch(error => {
        if (!(error instanceof UserError)) throw error
        lastError = error.message
        log.warn('the health endpoint cannot be made', { reason: lastError })
        throw error
      })
    },
    remove,
  }
}

const ipv6Switch = '/proc/sys/net/ipv6/conf/all/disable_ipv6'

async function makeNetwork(plan: EndpointPlan, ip: RunIp): Promise<void> {
  for (const command of linkCommands(plan)) await ip(command)
  const hasIpv6 = plan.pairs.some(pair => pair.family === 6)
  // `tee` is where a shell's redirection would be: the file is the namespace's own.
  if (!hasIpv6 && existsSync(ipv6Switch)) {
    await ip(['netns', 'exec', plan.netns, 'tee', ipv6Switch], '1\n')
  }
  const mac = (await showLink(plan.link, ip))?.mac ?? ''
  for (const command of routeCommands(plan, mac)) await ip(command)
}

/** Other nodes come to the endpoint through this one. To switch that on is the operator's choice. */
function warnOfForwarding(plan: EndpointPlan, log: Log): void {
  for (const { family, endpoint } of plan.pairs) {
    const file = `/proc/sys/net/ipv${family}/conf/all/forwarding`
    if (!existsSync(file) || readFileSync(file, 'utf8').trim() !== '0') continue
    log.warn('other nodes cannot reach the health endpoint: this one does not forward', {
      endpoint,
      remedy: `sysctl -w net.ipv${family}.conf.all.forwarding=1`,
    })
  }
}
