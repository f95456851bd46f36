import type { Clock } from '../clock.ts'
import type { NodeName } from '../model/node.ts'
import type { Finding, OpenProber, Prober, Slot } from '../model/prober.ts'
import type { HealthSource, NodeSource, ProbeOrder } from '../model/source.ts'
import type { Store } from './store.ts'

export interface EngineOptions {
  readonly store: Store
  readonly nodes: NodeSource
  readonly openProber: OpenProber
  readonly clock: Clock
  /** The probe interval for this many addresses, in milliseconds. */
  readonly intervalMs: (addresses: number) => number
}

/** Follows the node list, has every path probed round after round, and keeps what is found. */
export function createEngine({
  store,
  nodes,
  openProber,
  clock,
  intervalMs,
}: EngineOptions): HealthSource {
  const life = new AbortController()
  const ready = Promise.withResolvers<Prober>()
  const orders = new Set<(findings: readonly Finding[]) => void>()
  let live = false

  const lose = (error: unknown) => {
    ready.reject(error)
    if (life.signal.aborted) return
    const reason = error instanceof Error ? error.message : String(error)
    store.setFeed({ kind: 'lost', sinceMs: clock.nowMs(), reason })
  }

  const keep = (findings: readonly Finding[]) => {
    store.record(findings)
    if (!live) store.setFeed({ kind: 'live' })
    live = true
    for (const follow of orders) follow(findings)
  }

  const followNodes = async (prober: Prober) => {
    for await (const list of nodes.watch(life.signal)) {
      store.setNodes(list)
      const targets = store.paths().map(({ slot, path }) => ({ slot, ip: path.ip }))
      const everyMs = intervalMs(targets.length)
      store.setIntervalMs(everyMs)
      prober.follow({ targets, intervalMs: everyMs })
      ready.resolve(prober)
    }
  }

  const run = async () => {
    const prober = await openProber({
      findings: keep,
      state: store.setProber,
      failed: reason => lose(new Error(reason)),
    })
    await followNodes(prober).finally(() => prober.close())
  }

  const ended = run().catch(lose)
  ready.promise.catch(() => {})

  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    async probe({ nodes: names, signal, onProgress }: ProbeOrder) {
      const prober = await orAborted(ready.promise, signal)
      const slots = slotsOf(store, names)
      const follow = progressOf(slots, onProgress)
      orders.add(follow)
      try {
        await orAborted(prober.probe(slots), signal)
      } finally {
        orders.delete(follow)
      }
      return { kind: 'probed', paths: slots.length }
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

const slotsOf = (store: Store, names: readonly NodeName[] | undefined): readonly Slot[] => {
  const wanted = names && new Set(names)
  return store.paths().flatMap(({ slot, path }) => (wanted?.has(path.node) === false ? [] : [slot]))
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
