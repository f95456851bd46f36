import { systemClock } from '../src/core/clock.ts'
import { createEngine } from '../src/core/engine/engine.ts'
import { createStore, type Store } from '../src/core/engine/store.ts'
import { budgetIntervalMs, ciliumIntervalMs } from '../src/core/model/schedule.ts'
import type { HealthSource, NodeSource } from '../src/core/model/source.ts'
import { openProber } from '../src/probes/index.ts'
import type { ProbeFlags } from './settings.ts'

/** What `top` waits for an answer, and Cilium's own limit. */
const timeoutsMs = { top: 3000, daemon: 10_000 } as const

export interface EngineParts {
  /** Opens the node source; the store is there for what it has to tell besides the list. */
  readonly nodes: (store: Store) => NodeSource
  readonly label: string
  /** The port of `/hello` on the nodes. */
  readonly httpPort: number
  readonly flags: ProbeFlags
  /** `top` probes as often as its budget allows, a daemon as often as Cilium does. */
  readonly pace: 'top' | 'daemon'
}

/** The one place where engine, prober, store and node source meet. */
export function assembleEngine({ nodes, label, httpPort, flags, pace }: EngineParts): HealthSource {
  const store = createStore({
    clock: systemClock,
    origin: { kind: 'engine', label },
    historyLength: flags.history,
  })
  return createEngine({
    store,
    nodes: nodes(store),
    openProber: openProber({
      httpPort,
      timeoutMs: flags.timeout ?? timeoutsMs[pace],
      maxProbesPerSecond: flags.maxProbesPerSecond,
      icmp: flags.icmp,
      http: 'auto',
    }),
    clock: systemClock,
    intervalMs: addresses => intervalFor(addresses, flags, pace),
  })
}

function intervalFor(addresses: number, flags: ProbeFlags, pace: EngineParts['pace']): number {
  const limits = { maxProbesPerSecond: flags.maxProbesPerSecond, floorMs: flags.minInterval }
  const affordableMs = budgetIntervalMs(2 * addresses, limits)
  const wantedMs = flags.interval ?? (pace === 'top' ? affordableMs : ciliumIntervalMs(addresses))
  return Math.max(wantedMs, budgetIntervalMs(2 * addresses, { ...limits, floorMs: 10 }))
}
