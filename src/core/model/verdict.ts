import { blames, type Outcome } from './probe.ts'
import type { NodeHealth, PathHealth, ProbeHealth, Snapshot, Verdict } from './snapshot.ts'

/** Cilium's rule, and one more: what the prober itself could not do is no failure of the node. */
export function verdictOf(last: Outcome | undefined): Verdict {
  if (last === undefined) return 'unknown'
  if (last.kind === 'reply') return 'reachable'
  return blames(last.reason) === 'prober' ? 'unknown' : 'unreachable'
}

/** A path is as well as its worst probe; a kind that cannot be probed here is left out. */
export function pathVerdict(probes: PathHealth['probes']): Verdict {
  return worst(
    Object.values(probes)
      .filter(probe => !(probe.verdict === 'unknown' && probe.last !== undefined))
      .map(probe => probe.verdict),
  )
}

/** A node is as well as its worst path. */
export const nodeVerdict = (paths: readonly PathHealth[]): Verdict =>
  worst(paths.map(path => path.verdict))

const worst = (verdicts: readonly Verdict[]): Verdict => {
  if (verdicts.includes('unreachable')) return 'unreachable'
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'reachable'
}

/**
 * When an answer is too old, in milliseconds: two intervals, and the time that a probe may take.
 * Never (Infinity) where nobody probes by itself.
 */
export const staleAfterMs = ({
  intervalMs,
  prober,
}: Pick<Snapshot, 'intervalMs' | 'prober'>): number =>
  intervalMs > 0 ? 2 * intervalMs + (prober?.timeoutMs ?? 0) : Number.POSITIVE_INFINITY

/** Stale is not a failure: nobody asked since. */
export const isStale = (probe: ProbeHealth, nowMs: number, afterMs: number): boolean =>
  probe.last !== undefined && nowMs - probe.last.atMs > afterMs

/** The oldest answer among a node's probes, Unix milliseconds; undefined before the first. */
export function oldestAnswerMs(node: NodeHealth): number | undefined {
  let oldest: number | undefined
  for (const path of node.paths) {
    for (const probe of Object.values(path.probes)) {
      const atMs = probe.last?.atMs
      if (atMs !== undefined && (oldest === undefined || atMs < oldest)) oldest = atMs
    }
  }
  return oldest
}
