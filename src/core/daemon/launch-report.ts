import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { UserError } from '../errors.ts'
import type { Controller } from './controller.ts'
import type { Endpoint } from './endpoint.ts'
import type { EndpointPlan } from './endpoint-plan.ts'
import type { Launcher } from './launcher.ts'

const text = v.pipe(v.string(), v.maxLength(4096))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const processStatus = v.object({
  state: v.picklist(['running', 'starting', 'waiting', 'stopped', 'absent']),
  pid: v.optional(count),
  /** RFC 3339, as all times here. */
  since: v.optional(text),
  restarts: count,
  'last-error': v.optional(text),
})

/** What `launch --status` tells. What Cilium's agent has in its own status has the same form here. */
const launchReport = v.object({
  launcher: v.object({ pid: count, since: text }),
  cluster: v.object({
    ciliumHealth: v.object({
      state: v.picklist(['Ok', 'Warning']),
      msg: v.optional(text),
      since: text,
    }),
  }),
  daemon: v.optional(v.object({ ...processStatus.entries, socket: text })),
  endpoint: v.optional(
    v.object({
      ...processStatus.entries,
      netns: text,
      link: text,
      addresses: v.array(text),
    }),
  ),
  controllers: v.array(
    v.object({
      name: text,
      configuration: v.object({ interval: text, 'error-retry': v.boolean() }),
      status: v.object({
        'success-count': count,
        'last-success-timestamp': v.optional(text),
        'failure-count': count,
        'last-failure-timestamp': v.optional(text),
        'consecutive-failure-count': count,
        'last-failure-msg': v.optional(text),
      }),
    }),
  ),
})

export type LaunchReport = v.InferOutput<typeof launchReport>
export type ProcessStatus = v.InferOutput<typeof processStatus>

export interface Launched {
  readonly pid: number
  readonly sinceMs: number
  readonly launcher: Launcher
  readonly socket: string
  readonly endpoint?: {
    readonly plan: EndpointPlan
    readonly endpoint: Endpoint
    readonly controller: Controller
    readonly intervalMs: number
  }
}

/** How everything is that was launched. */
export function reportOf({ pid, sinceMs, launcher, socket, endpoint }: Launched): LaunchReport {
  const { warning, sinceMs: healthSinceMs } = launcher.ciliumHealth()
  const daemon = launcher.daemon()
  return {
    launcher: { pid, since: time(sinceMs) },
    cluster: {
      ciliumHealth: {
        ...(warning === undefined ? { state: 'Ok' } : { state: 'Warning', msg: warning }),
        since: time(healthSinceMs),
      },
    },
    ...(daemon && { daemon: { ...statusOf(daemon), socket } }),
    ...(endpoint && { endpoint: endpointOf(endpoint) }),
    controllers: endpoint ? [controllerOf(endpoint)] : [],
  }
}

type Endpointed = NonNullable<Launched['endpoint']>

const endpointOf = ({ endpoint, plan: { netns, link, pairs } }: Endpointed) => ({
  ...statusOf(endpoint),
  netns,
  link,
  addresses: pairs.map(pair => pair.endpoint),
})

interface Living {
  state(): {
    readonly kind: ProcessStatus['state']
    readonly pid?: number | undefined
    readonly sinceMs?: number
  }
  restarts(): number
  lastError(): string | undefined
}

function statusOf(living: Living): ProcessStatus {
  const { kind, pid, sinceMs } = living.state()
  const lastError = living.lastError()
  return {
    state: kind,
    ...(pid !== undefined && { pid }),
    ...(sinceMs !== undefined && { since: time(sinceMs) }),
    restarts: living.restarts(),
    ...(lastError !== undefined && { 'last-error': lastError }),
  }
}

function controllerOf({ controller, intervalMs }: Endpointed): LaunchReport['controllers'][number] {
  const status = controller.status()
  const { lastSuccessMs, lastFailureMs, lastFailure } = status
  return {
    name: 'cilium-health-ep',
    configuration: { interval: `${intervalMs / 1000}s`, 'error-retry': true },
    status: {
      'success-count': status.successes,
      ...(lastSuccessMs !== undefined && { 'last-success-timestamp': time(lastSuccessMs) }),
      'failure-count': status.failures,
      ...(lastFailureMs !== undefined && { 'last-failure-timestamp': time(lastFailureMs) }),
      'consecutive-failure-count': status.consecutiveFailures,
      ...(lastFailure !== undefined && { 'last-failure-msg': lastFailure }),
    },
  }
}

const time = (ms: number) => new Date(ms).toISOString()

/** Puts the report there in one step, so that no reader finds half of it. */
export function writeReport(path: string, report: LaunchReport): void {
  const aside = `${path}.new`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(aside, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o644 })
  renameSync(aside, path)
}

export const removeReport = (path: string): void => rmSync(path, { force: true })

const maxBytes = 1024 * 1024

/** The report at this place; undefined where there is none. Throws a UserError if it is none of ours. */
export function readReport(path: string): LaunchReport | undefined {
  try {
    if (statSync(path).size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`)
    return v.parse(launchReport, JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new UserError(`${path}: ${message}`)
  }
}
