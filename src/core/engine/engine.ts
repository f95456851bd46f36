import type { Clock } from '../clock.ts'
import type { NodeName } from '../model/node.ts'
import type { Finding, OpenProber, Prober, Slot } from '../model/prober.ts'
import type { Feed } from '../model/snapshot.ts'
import type { HealthSource, NodeSource, ProbeAnswer, ProbeOrder } from '../model/source.ts'
import type { Store } from './store.ts'

export interface EngineOptions {
  readonly store: Store
  readonly nodes: NodeSource
  readonly openProber: OpenProber
  readonly clock: Clock
  /** The probe interval for this many addresses, in milliseconds. */
  readonly intervalMs: (addresses: number) => number
  /** Nothing is probed by itself: the interval is told, for who would watch. */
  readonly onDemand?: boolean
  /** How long probing goes on without a node list: by then its nodes may be somebody else's. */
  readonly listGraceMs: number
}

/** One lost answer of a slow source is not the source lost. */
const leastMisses = 3

/**
 * Follows the node list, has every path probed round after round, and keeps what is found. It fails
 * closed: without a list for too long it stops, and goes on by itself with the next one.
 */
export function createEngine({
  store,
  nodes,
  openProber,
  clock,
  intervalMs,
  onDemand = false,
  listGraceMs,
}: EngineOptions): HealthSource {
  const life = new AbortController()
  const ready = Promise.withResolvers<Prober>()
  const orders: Orders = new Set()
  let feed: Feed = { kind: 'starting' }
  let found = false
  const patience = createPatience(clock, listGraceMs)

  const setFeed = (next: Feed) => {
    feed = next
    store.setFeed(next)
  }

  const lose = (error: unknown) => {
    ready.reject(error)
    if (life.signal.aborted) return
    setFeed({ kind: 'lost', sinceMs: clock.nowMs(), reason: reasonOf(error) })
  }

  const keep = (findings: readonly Finding[]) => {
    store.record(findings)
    found = true
    if (feed.kind === 'starting') setFeed({ kind: 'live' })
    for (const follow of orders) follow(findings)
  }

  const interrupt = (reason: string, retryAtMs: number) => {
    if (isFinal(feed)) return
    const sinceMs = feed.kind === 'lost' ? feed.sinceMs : clock.nowMs()
    setFeed({ kind: 'lost', sinceMs, reason, retryAtMs })
  }

  const refusal = (): ProbeAnswer | undefined =>
    feed.kind === 'lost' ? { kind: 'refused', reason: feed.reason } : undefined

  const miss = (prober: Prober) => {
    if (patience.lasts() || isFinal(feed)) return
    prober.follow({ targets: [], intervalMs: 0 })
    const reason = `no node list for ${spanOf(listGraceMs)}: probing stopped`
    setFeed({ kind: 'lost', sinceMs: clock.nowMs(), reason, paused: true })
  }

  const resume = () => {
    patience.renew()
    if (isPaused(feed)) setFeed({ kind: 'starting' })
  }

  const followNodes = async (prober: Prober) => {
    for await (const list of nodes.watch(life.signal, () => miss(prober))) {
      resume()
      store.setNodes(list)
      const targets = store.paths().map(({ slot, path }) => ({ slot, ip: path.ip }))
      const everyMs = intervalMs(targets.length)
      store.setIntervalMs(everyMs)
      prober.follow({ targets, intervalMs: onDemand ? 0 : everyMs })
      ready.resolve(prober)
    }
  }

  const run = async () => {
    const prober = await openProber({
      findings: keep,
      state: store.setProber,
      interrupted: interrupt,
      resumed: () => {
        if (feed.kind === 'lost' && !isFinal(feed)) setFeed({ kind: found ? 'live' : 'starting' })
      },
    })
    await followNodes(prober).finally(() => prober.close())
  }

  const ended = run().catch(lose)
  ready.promise.catch(() => {})

  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    async probe(order) {
      const prober = await orAborted(ready.promise, order.signal)
      const refused = refusal()
      if (refused) return refused
      const slots = slotsOf(store, order.nodes)
      const error = await follow(orders, slots, order, prober).catch(failure => failure)
      if (error === undefined) return { kind: 'probed', paths: slots.length }
      const lost = order.signal.aborted || life.signal.aborted ? undefined : refusal()
      if (lost) return lost
      throw error
    },
    async close() {
      life.abort(new Error('closed'))
      ready.reject(life.signal.reason)
      await ended
      await nodes.close()
      store.close()
    },
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

const isPaused = (feed: Feed): boolean => feed.kind === 'lost' && feed.paused === true

/** Lost, and not by a prober that tries again by itself. */
const isFinal = (feed: Feed): boolean => feed.kind === 'lost' && feed.retryAtMs === undefined

/** `15m`, or `90s` where minutes would not tell it. */
const spanOf = (ms: number): string =>
  ms % 60_000 === 0 ? `${ms / 60_000}m` : `${Math.round(ms / 1000)}s`

/** Lasts for some misses in a row, and for a time from the first. */
function createPatience(clock: Clock, graceMs: number) {
  let misses = 0
  let sinceNs = 0n
  return {
    /** Counts a miss. */
    lasts(): boolean {
      const nowNs = clock.monotonicNs()
      if (misses === 0) sinceNs = nowNs
      misses += 1
      return misses < leastMisses || Number(nowNs - sinceNs) / 1e6 <= graceMs
    },
    renew() {
      misses = 0
    },
  }
}

const slotsOf = (store: Store, names: readonly NodeName[] | undefined): readonly Slot[] => {
  const wanted = names && new Set(names)
  return store.paths().flatMap(({ slot, path }) => (wanted?.has(path.node) === false ? [] : [slot]))
}

type Orders = Set<(findings: readonly Finding[]) => void>

async function follow(
  orders: Orders,
  slots: readonly Slot[],
  { signal, onProgress }: ProbeOrder,
  prober: Prober,
): Promise<void> {
  const progress = progressOf(slots, onProgress)
  orders.add(progress)
  try {
    await orAborted(prober.probe(slots), signal)
  } finally {
    orders.delete(progress)
  }
}

function progressOf(slots: readonly Slot[], onProgress: ProbeOrder['onProgress']) {
  const waiting = new Set(slots)
  return (findings: readonly Finding[]) => {
    const before = waiting.size
    for (const { slot } of findings) waiting.delete(slot)
    if (waiting.size < before) onProgress?.(slots.length - waiting.size, slots.length)
  }
}

const orAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
