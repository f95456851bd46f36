import { systemClock } from '../src/core/clock.ts'
import { createEngine } from '../src/core/engine/engine.ts'
import { createStore } from '../src/core/engine/store.ts'
import {
  budgetIntervalMs,
  ciliumIntervalMs,
  timeoutForInterval,
} from '../src/core/model/schedule.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import { openProber } from '../src/probes/index.ts'
import type { OpenedNodes } from './open-nodes.ts'
import type { ProbeFlags } from './settings.ts'

/** `top` probes as often as its budget allows, a daemon as often as Cilium does; `once` when asked. */
export type Pace = 'top' | 'daemon' | 'once'

/** Of the order that the timeout follows. Cilium's own is never below a minute. */
const usualIntervalMs = { top: 1000, once: 1000, daemon: 60_000 } as const satisfies Record<
  Pace,
  number
>

export interface EngineParts {
  readonly nodes: OpenedNodes
  readonly flags: ProbeFlags
  readonly pace: Pace
}

/** The one place where engine, prober, store and node source meet. */
export function assembleEngine({ nodes, flags, pace }: EngineParts): HealthSource {
  const store = createStore({
    clock: systemClock,
    origin: { kind: 'engine', label: nodes.label },
    historyLength: flags.history,
  })
  return createEngine({
    store,
    nodes: nodes.connect(store),
    openProber: openProber({
      httpPort: nodes.httpPort,
      timeoutMs: flags.timeout ?? timeoutForInterval(flags.interval ?? usualIntervalMs[pace]),
      maxProbesPerSecond: flags.maxProbesPerSecond,
      icmp: flags.icmp,
      icmpCount: flags.icmpCount,
      http: flags.http,
    }),
    clock: systemClock,
    intervalMs: addresses => intervalFor(addresses, flags, pace),
    onDemand: pace === 'once',
    listGraceMs: flags.listGrace,
  })
}

/** Of an interval that is chosen by itself, where no other floor is given. */
const usualFloorMs = 1000

function intervalFor(addresses: number, flags: ProbeFlags, pace: Pace): number {
  const limits = {
    maxProbesPerSecond: flags.maxProbesPerSecond,
    floorMs: flags.minInterval ?? usualFloorMs,
  }
  const affordableMs = budgetIntervalMs(2 * addresses, limits)
  const wantedMs =
    flags.interval ?? (pace === 'daemon' ? ciliumIntervalMs(addresses) : affordableMs)
  const floorMs = flags.minInterval ?? 10
  return Math.max(wantedMs, budgetIntervalMs(2 * addresses, { ...limits, floorMs }))
}
