import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Clock } from '../../clock.ts'
import { createStore, type Store } from '../../engine/store.ts'
import type { FactsOf } from '../../model/node.ts'
import type { Origin, Snapshot } from '../../model/snapshot.ts'
import { createIntake, type Intake } from '../intake.ts'
import { readStatus, takeReport } from '../poll.ts'
import { fromWire } from '../read-wire.ts'

/** What is kept of an agent's answers. */
export interface Memory {
  /** Takes an answer; tells the agent's own interval. Throws an Error if it is no JSON. */
  take(text: string): number
  snapshot(): Snapshot
  /** For what concerns the source as a whole, and its listeners. */
  readonly store: Pick<Store, 'setFeed' | 'setAgent' | 'subscribe' | 'close'>
  /** What is known, for one who compares an answer with it. */
  known(): { readonly store: Store; readonly intake: Intake }
}

export interface MemoryOptions {
  readonly clock: Clock
  readonly origin: Origin
  readonly historyLength: number
  readonly factsOf: FactsOf
}

/** Keeps the last outcomes of each probe: for one who looks at a single agent. */
export function createHistory(options: MemoryOptions): Memory {
  const { clock } = options
  const store = createStore(options)
  const intake = createIntake(store, options.factsOf)
  return {
    take(text) {
      const report = readStatus(text, clock)
      takeReport({ intake }, report)
      return report.intervalMs
    },
    snapshot: store.snapshot,
    store,
    known: () => ({ store, intake }),
  }
}

/**
 * Keeps the last answer only, packed, and unpacks it for who asks: a thousand agents that each tell
 * of a thousand nodes would be gigabytes as objects, and are 40 MB so.
 */
export function createLastAnswer(options: MemoryOptions): Memory {
  const { clock } = options
  const head = createStore(options)
  let packed = deflateRawSync('{}')
  let receivedAtMs = 0
  let unpacked: WeakRef<Pick<Snapshot, 'nodes' | 'self'>> | undefined
  let made: WeakRef<Snapshot> | undefined
  let madeOf: Snapshot | undefined

  const known = () => {
    const store = createStore({ ...options, historyLength: 1 })
    const intake = createIntake(store, options.factsOf)
    takeReport({ intake }, fromWire(readJson(inflateRawSync(packed).toString()), receivedAtMs))
    store.close()
    return { store, intake }
  }

  const content = () => {
    const there = unpacked?.deref()
    if (there) return there
    const { nodes, self } = known().store.snapshot()
    const fresh = { nodes, self }
    unpacked = new WeakRef(fresh)
    return fresh
  }

  return {
    take(text) {
      const { intervalMs } = fromWire({ ...readJson(text), nodes: [] }, clock.nowMs())
      packed = deflateRawSync(text, { level: 1 })
      receivedAtMs = clock.nowMs()
      unpacked = undefined
      head.setIntervalMs(intervalMs)
      return intervalMs
    },
    snapshot() {
      const now = head.snapshot()
      const there = madeOf === now ? made?.deref() : undefined
      if (there) return there
      const fresh: Snapshot = { ...now, ...content() }
      made = new WeakRef(fresh)
      madeOf = now
      return fresh
    },
    store: head,
    known,
  }
}

/** The nodes are looked at when somebody asks for them. */
function readJson(text: string): object {
  try {
    return Object(JSON.parse(text))
  } catch (error) {
    throw new Error('the answer is no JSON', { cause: error })
  }
}
