import { probeKinds } from '../../core/model/probe.ts'
import type { NodeHealth, ProbeHealth } from '../../core/model/snapshot.ts'
import { isStale, oldestAnswerMs } from '../../core/model/verdict.ts'
import { baselineNs, recentLoss } from './measure.ts'

/** The screen's short words for how a node is, worst first. */
export const nodeStates = ['down', 'loss', 'slow', 'stale', 'new', 'ok'] as const
export type NodeState = (typeof nodeStates)[number]
/** A probe can also be off: the prober has no way to send it, which says nothing about the node. */
export type ProbeState = NodeState | 'off'

export const severity = (state: NodeState): number => nodeStates.indexOf(state)

/** Fewer nanoseconds than this are never slow: they are the scheduler's noise. */
const alwaysFastNs = 1_000_000
const slowFactor = 3

/**
 * How one probe is. STALE comes first: of an old answer, good or bad, nobody knows whether it still
 * holds. SLOW is when the last two RTTs are above three times the probe's own median of the last hour,
 * and above 1 ms: a single one is the scheduler's noise.
 */
export function probeState(probe: ProbeHealth, nowMs: number, staleAfterMs: number): ProbeState {
  if (probe.last === undefined) return 'new'
  if (isStale(probe, nowMs, staleAfterMs)) return 'stale'
  return freshProbeState(probe)
}

function freshProbeState(probe: ProbeHealth): ProbeState {
  if (probe.last === undefined) return 'new'
  if (probe.verdict === 'unreachable') return 'down'
  if (probe.last.kind === 'failure') return 'off'
  if (recentLoss(probe.history).lost > 0) return 'loss'
  return isSlow(probe) ? 'slow' : 'ok'
}

/** Last RTT against the probe's own median; undefined without a reply or a median. */
export function timesBaseline(probe: ProbeHealth): number | undefined {
  const medianNs = baselineNs(probe.history)
  if (probe.last?.kind !== 'reply' || medianNs === undefined || medianNs <= 0) return undefined
  return probe.last.rttNs / medianNs
}

export function isSlow({ last, history }: ProbeHealth): boolean {
  if (last?.kind !== 'reply' || last.rttNs <= alwaysFastNs) return false
  const medianNs = baselineNs(history)
  if (medianNs === undefined) return false
  const limitNs = Math.max(alwaysFastNs, slowFactor * medianNs)
  return last.rttNs > limitNs && history.rttNs(history.length - 2) > limitNs
}

interface Judged {
  readonly fresh: NodeState
  readonly oldestMs: number
}
const judged = new WeakMap<NodeHealth, Judged>()

/**
 * A node is as its worst probe is, on any of its paths: a failing health endpoint or secondary
 * address is DOWN like a failing host, so DOWN is Cilium's "unreachable" unless the answer is old.
 * Probes that are off are left out; a node with nothing else is NEW, since nobody could ask.
 */
export function nodeState(node: NodeHealth, nowMs: number, staleAfterMs: number): NodeState {
  let known = judged.get(node)
  if (known === undefined) {
    known = { fresh: worst(node, freshProbeState), oldestMs: oldestAnswerMs(node) ?? nowMs }
    judged.set(node, known)
  }
  if (nowMs - known.oldestMs <= staleAfterMs) return known.fresh
  return worst(node, probe => probeState(probe, nowMs, staleAfterMs))
}

function worst(node: NodeHealth, stateOf: (probe: ProbeHealth) => ProbeState): NodeState {
  let found: number = nodeStates.length
  for (const path of node.paths) {
    for (const kind of probeKinds) {
      const state = stateOf(path.probes[kind])
      if (state !== 'off') found = Math.min(found, severity(state))
    }
  }
  return nodeStates[found] ?? 'new'
}
