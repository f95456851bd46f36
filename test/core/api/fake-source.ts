import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { createStore, type Store } from '../../../src/core/engine/store.ts'
import type { NodeList } from '../../../src/core/model/node.ts'
import { type Outcome, probeKinds } from '../../../src/core/model/probe.ts'
import type { HealthSource, ProbeAnswer, ProbeOrder } from '../../../src/core/model/source.ts'

export interface FakeSource extends HealthSource {
  readonly store: Store
  /** The orders to probe that came. */
  readonly orders: ProbeOrder[]
  /** What an order is answered. */
  answer(order: ProbeOrder): Promise<ProbeAnswer>
  /** The same outcome for every probe of every path. */
  recordAll(outcome: Outcome): void
  /** How many listen now. */
  listeners: number
}

/** A health source that knows what the test tells it. */
export function fakeSource(list?: NodeList, historyLength = 60): FakeSource {
  const store = createStore({
    clock: systemClock,
    origin: { kind: 'engine', label: 'a test' },
    historyLength,
    noticeMs: 1,
  })
  if (list) {
    store.setNodes(list)
    store.setIntervalMs(2000)
    store.setFeed({ kind: 'live' })
  }
  const source: FakeSource = {
    store,
    orders: [],
    answer: async () => ({ kind: 'probed', paths: 0 }),
    recordAll(outcome) {
      store.record(
        store.paths().flatMap(({ slot }) => probeKinds.map(kind => ({ slot, kind, outcome }))),
      )
    },
    listeners: 0,
    snapshot: store.snapshot,
    subscribe(listener) {
      source.listeners += 1
      const stop = store.subscribe(listener)
      return () => {
        source.listeners -= 1
        stop()
      }
    },
    probe(order) {
      source.orders.push(order)
      return source.answer(order)
    },
    close: async () => store.close(),
  }
  return source
}

export const reply = (atMs: number, rttNs = 150_000): Outcome => ({
  kind: 'reply',
  atMs,
  rttNs,
  clock: 'kernel',
})

export const failure = (
  atMs: number,
  reason: (Outcome & { kind: 'failure' })['reason'],
  detail = '',
): Outcome => ({ kind: 'failure', atMs, reason, detail })

/** A directory that ends with the test. */
export function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'health-api-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Waits until it holds; fails after ten seconds, or as many as are given. */
export async function until(holds: () => boolean, what = 'it', limitMs = 10_000): Promise<void> {
  const endMs = Date.now() + limitMs
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`${what} never came true`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
