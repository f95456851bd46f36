import { Worker } from 'node:worker_threads'
import type {
  OpenProber,
  ProbePlan,
  Prober,
  ProberEvents,
  ProberState,
  Slot,
} from '../core/model/prober.ts'
import { closeLeft, descriptorMemory } from './descriptors.ts'
import {
  type Inheritance,
  type News,
  type Order,
  type ProberSettings,
  sharedMs,
  unpackFindings,
} from './messages.ts'
import { continued, createPatience, type Patience } from './succession.ts'

export type { ProberSettings } from './messages.ts'

/** From source the worker is TypeScript, in the built program JavaScript. */
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
  import.meta.url,
)

/** The thread makes little garbage: a larger nursery would only keep it longer, not collect it cheaper. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 } as const

const closeWithinMs = 500

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
  readonly descriptors: SharedArrayBuffer
  readonly patience: Patience
  worker: Worker
  plan: ProbePlan | undefined
  nextId: number
  /** What the last state of this thread told, and the last of the one before. */
  told: ProberState | undefined
  before: ProberState | undefined
  /** What its state tells of it, once a thread was lost. */
  restarted: Pick<ProberState, 'restarts' | 'restartedAtMs' | 'restartReason'>
  /** How long the last few states waited for this thread. */
  waitedMs: readonly number[]
  retry: NodeJS.Timeout | undefined
  state: 'open' | 'interrupted' | 'closed'
}

const startThread = ({ settings, descriptors }: Pick<Desk, 'settings' | 'descriptors'>) =>
  new Worker(workerUrl, {
    workerData: { settings, descriptors } satisfies Inheritance,
    resourceLimits,
  })

/** Opens the prober: one thread that owns all sockets and timers. Resolves once it can probe. */
export const openProber =
  (settings: ProberSettings): OpenProber =>
  async events => {
    const descriptors = descriptorMemory()
    const desk: Desk = {
      settings,
      events,
      waiting: new Map(),
      opened: Promise.withResolvers(),
      descriptors,
      patience: createPatience(),
      worker: startThread({ settings, descriptors }),
      plan: undefined,
      nextId: 1,
      told: undefined,
      before: undefined,
      restarted: {},
      waitedMs: [],
      retry: undefined,
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
    interrupted: reason => reject(new Error(reason)),
    resumed: () => {},
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
    desk.state = 'closed'
    clearTimeout(desk.retry)
    refuse(desk, 'the prober was closed')
    const { worker } = desk
    const ended = new Promise(resolve => worker.once('exit', resolve))
    order(desk, { kind: 'close' })
    const timer = setTimeout(() => worker.terminate(), closeWithinMs)
    if (worker.threadId !== -1) await ended
    clearTimeout(timer)
  },
})

const order = (desk: Desk, message: Order) => desk.worker.postMessage(message)

function refuse(desk: Desk, reason: string): void {
  for (const { reject } of desk.waiting.values()) reject(new Error(reason))
  desk.waiting.clear()
}

function listen(desk: Desk): void {
  let reason = 'it was ended'
  desk.worker.on('message', (news: News) => receive(desk, news))
  desk.worker.on('error', error => {
    reason = inOneLine(error)
  })
  desk.worker.on('exit', () => {
    closeLeft(desk.descriptors)
    if (desk.state !== 'closed') replace(desk, reason)
  })
}

/** What went wrong, and where. */
function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const [, place = ''] = /^ +(at .*)$/m.exec(error.stack ?? '') ?? []
  return `${error.name}: ${error.message} ${place}`.trimEnd()
}

function receive(desk: Desk, news: News) {
  if (desk.state === 'closed') return
  switch (news.kind) {
    case 'ready':
      desk.patience.ready()
      desk.opened.resolve()
      if (desk.state === 'interrupted') desk.events.resumed()
      desk.state = 'open'
      return tell(desk, news.state)
    case 'state':
      return tell(desk, { ...news.state, mainLagMs: lagOf(desk, news) })
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

/** Its counters go on where those of the thread before ended. */
function tell(desk: Desk, state: ProberState): void {
  desk.told = continued(state, desk.before)
  desk.events.state({ ...desk.told, ...desk.restarted })
}

/** A crash is a bug, but no reason to go blind: a new thread takes over. */
function replace(desk: Desk, reason: string): void {
  if (desk.told === undefined) {
    desk.state = 'closed'
    desk.opened.reject(new Error(reason)) // what never worked will not work next time
    return
  }
  desk.before = desk.told
  const waitMs = desk.patience.lostMs()
  const restartedAtMs = Date.now() + waitMs
  const restarts = (desk.restarted.restarts ?? 0) + 1
  desk.restarted = { restarts, restartedAtMs, restartReason: reason }
  if (waitMs === 0) start(desk)
  else interrupt(desk, waitMs, `the probe thread is lost: ${reason}`)
}

function interrupt(desk: Desk, waitMs: number, reason: string): void {
  desk.state = 'interrupted'
  refuse(desk, reason)
  desk.events.interrupted(reason, Date.now() + waitMs)
  desk.retry = setTimeout(start, waitMs, desk)
}

function start(desk: Desk): void {
  desk.worker = startThread(desk)
  listen(desk)
  if (desk.plan) order(desk, { kind: 'follow', ...desk.plan })
  for (const [id, { slots }] of desk.waiting) order(desk, { kind: 'probe', id, slots })
}
