import { Worker } from 'node:worker_threads'
import type {
  OpenProber,
  ProbePlan,
  Prober,
  ProberEvents,
  ProberState,
  Slot,
} from '../core/model/prober.ts'
import { type News, type Order, type ProberSettings, sharedMs, unpackFindings } from './messages.ts'

export type { ProberSettings } from './messages.ts'

/** From source the worker is TypeScript, in the built program JavaScript. */
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
  import.meta.url,
)

/** The thread makes little garbage: a larger nursery would only keep it longer, not collect it cheaper. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 } as const

const startThread = (settings: ProberSettings) =>
  new Worker(workerUrl, { workerData: settings, resourceLimits })

const closeWithinMs = 500
const restartEveryMs = 10_000

interface Waiting {
  readonly slots: readonly Slot[]
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

interface Desk {
  readonly settings: ProberSettings
  readonly events: ProberEvents
  readonly waiting: Map<number, Waiting>
  readonly opened: PromiseWithResolvers<void>
  worker: Worker
  plan: ProbePlan | undefined
  nextId: number
  restartedMs: number
  /** What its state tells of it, once a thread was lost. */
  restarted: Pick<ProberState, 'restarts' | 'restartedAtMs'>
  /** How long the last few states waited for this thread. */
  waitedMs: readonly number[]
  state: 'open' | 'closed' | 'failed'
}

/** Opens the prober: one thread that owns all sockets and timers. Resolves once it can probe. */
export const openProber =
  (settings: ProberSettings): OpenProber =>
  async events => {
    const desk: Desk = {
      settings,
      events,
      waiting: new Map(),
      opened: Promise.withResolvers(),
      worker: startThread(settings),
      plan: undefined,
      nextId: 1,
      restartedMs: Number.NEGATIVE_INFINITY,
      restarted: {},
      waitedMs: [],
      state: 'open',
    }
    listen(desk)
    await desk.opened.promise
    return serve(desk)
  }

/** What can be probed here and how, or why not: opens a prober for a moment. */
export async function describeAbilities(
  settings: ProberSettings,
): Promise<ProberState['abilities']> {
  const { promise, resolve, reject } = Promise.withResolvers<ProberState>()
  const prober = await openProber(settings)({
    findings: () => {},
    state: resolve,
    failed: reason => reject(new Error(reason)),
  })
  const { abilities } = await promise
  await prober.close()
  return abilities
}

const serve = (desk: Desk): Prober => ({
  follow(plan) {
    desk.plan = plan
    order(desk, { kind: 'follow', ...plan })
  },
  probe(slots) {
    if (desk.state !== 'open') return Promise.reject(new Error(`the prober is ${desk.state}`))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const id = desk.nextId++
    desk.waiting.set(id, { slots, resolve, reject })
    order(desk, { kind: 'probe', id, slots })
    return promise
  },
  async close() {
    if (desk.state === 'open') end(desk, 'closed', 'the prober was closed')
    const { worker } = desk
    const ended = new Promise(resolve => worker.once('exit', resolve))
    order(desk, { kind: 'close' })
    const timer = setTimeout(() => worker.terminate(), closeWithinMs)
    if (worker.threadId !== -1) await ended
    clearTimeout(timer)
  },
})

const order = (desk: Desk, message: Order) => desk.worker.postMessage(message)

function end(desk: Desk, state: 'closed' | 'failed', reason: string): void {
  desk.state = state
  for (const { reject } of desk.waiting.values()) reject(new Error(reason))
  desk.waiting.clear()
}

function listen(desk: Desk): void {
  let reason = 'the probe thread ended'
  desk.worker.on('message', (news: News) => receive(desk, news))
  desk.worker.on('error', error => {
    reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  })
  desk.worker.on('exit', () => {
    if (desk.state === 'open') restart(desk, reason)
  })
}

function receive(desk: Desk, news: News) {
  if (desk.state !== 'open') return
  switch (news.kind) {
    case 'ready':
      desk.events.state({ ...news.state, ...desk.restarted })
      return desk.opened.resolve()
    case 'state':
      return desk.events.state({ ...news.state, ...desk.restarted, mainLagMs: lagOf(desk, news) })
    case 'findings':
      return desk.events.findings(unpackFindings(news))
    case 'probed':
      desk.waiting.get(news.id)?.resolve()
      desk.waiting.delete(news.id)
      return
    default:
      news satisfies never
  }
}

const lagsKept = 4

/** A message that lies unread is the cheapest witness of a busy thread: no timer wakes it for this. */
function lagOf(desk: Desk, { toldMs }: News & { readonly kind: 'state' }): number {
  desk.waitedMs = [...desk.waitedMs.slice(1 - lagsKept), Math.max(0, sharedMs() - toldMs)]
  return Math.max(...desk.waitedMs)
}

/** A crash is a bug, but no reason to go blind: once in a while a new thread takes over. */
function restart(desk: Desk, reason: string): void {
  const nowMs = performance.now()
  if (nowMs - desk.restartedMs < restartEveryMs) {
    end(desk, 'failed', reason)
    desk.opened.reject(new Error(reason))
    desk.events.failed(reason)
    return
  }
  desk.restartedMs = nowMs
  desk.restarted = { restarts: (desk.restarted.restarts ?? 0) + 1, restartedAtMs: Date.now() }
  desk.worker = startThread(desk.settings)
  listen(desk)
  if (desk.plan) order(desk, { kind: 'follow', ...desk.plan })
  for (const [id, { slots }] of desk.waiting) order(desk, { kind: 'probe', id, slots })
}
