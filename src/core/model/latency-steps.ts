import type { ProbeRef } from './changes.ts'
import type { History } from './history.ts'
import { probeKinds } from './probe.ts'
import type { NodeHealth } from './snapshot.ts'

/** A probe's median RTT doubled for a minute, or came back. */
export interface LatencyStep {
  readonly kind: 'begun' | 'ended'
  readonly atMs: number
  readonly probe: ProbeRef
  /** How many times its median before. */
  readonly times: number
}

const recentMs = 60_000
const fewestRecent = 5
const fewestBefore = 10
const stepFactor = 2
const backFactor = 1.5
/** Shorter RTTs double by the scheduler's noise alone. */
const alwaysFastNs = 1_000_000
/** Medians cost: each probe is looked at this often at most. */
const lookMs = 10_000

interface Looked {
  atMs: number
  /** The median before the step that lasts. */
  baseNs: number | undefined
}

/** Finds the steps of the probes that it is shown; what it knows of a probe goes with its history. */
export function createStepFinder(): (node: NodeHealth, nowMs: number) => readonly LatencyStep[] {
  const looks = new WeakMap<History, Looked>()
  const look = (history: History, nowMs: number) => {
    const known = looks.get(history)
    const newestNs = history.rttNs(history.length - 1)
    // Most probes are never slow: they cost no more than this.
    if (known?.baseNs === undefined && !(newestNs > alwaysFastNs)) return undefined
    if (known !== undefined && nowMs - known.atMs < lookMs) return undefined
    const looked = known ?? { atMs: nowMs, baseNs: undefined }
    looked.atMs = nowMs
    looks.set(history, looked)
    return stepOf(history, looked)
  }
  return (node, nowMs) =>
    node.paths.flatMap(({ to, ip, probes }) =>
      probeKinds.flatMap(kind => {
        const { history } = probes[kind]
        const step = history.length < fewestBefore ? undefined : look(history, nowMs)
        return step === undefined ? [] : [{ ...step, probe: { to, ip, kind } }]
      }),
    )
}

function stepOf(history: History, looked: Looked): Omit<LatencyStep, 'probe'> | undefined {
  const { recentNs, beforeNs, atMs } = medians(history)
  const baseNs = looked.baseNs ?? beforeNs
  if (recentNs === undefined || baseNs === undefined) return undefined
  const times = recentNs / baseNs
  if (looked.baseNs === undefined) {
    if (times <= stepFactor || recentNs <= alwaysFastNs) return undefined
    looked.baseNs = baseNs
    return { kind: 'begun', atMs, times }
  }
  if (times > backFactor) return undefined
  looked.baseNs = undefined
  return { kind: 'ended', atMs, times }
}

interface Medians {
  /** Of the newest minute, and of five samples at least. */
  readonly recentNs: number | undefined
  readonly beforeNs: number | undefined
  /** The middle of that minute: a median moves once half of it is new. */
  readonly atMs: number
}

function medians(history: History): Medians {
  const newest = history.length - 1
  const sinceMs = history.atMs(newest) - recentMs
  let from = Math.max(0, history.length - fewestRecent)
  while (from > 0 && history.atMs(from - 1) > sinceMs) from -= 1
  return {
    recentNs: median(history, from, history.length, fewestRecent),
    beforeNs: median(history, 0, from, fewestBefore),
    atMs: history.atMs((from + newest) >> 1),
  }
}

function median(history: History, from: number, to: number, fewest: number): number | undefined {
  const rtts: number[] = []
  for (let index = from; index < to; index += 1) {
    const ns = history.rttNs(index)
    if (!Number.isNaN(ns)) rtts.push(ns)
  }
  return rtts.length < fewest ? undefined : rtts.sort((a, b) => a - b)[rtts.length >> 1]
}
