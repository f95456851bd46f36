import { oldestAnswerMs } from '../../core/model/verdict.ts'
import type { Board } from './rows.ts'

export interface ClusterFigures {
  /** Of the newest ICMP answers of all hosts, by nearest rank; undefined without one. */
  readonly host: Readonly<Record<'p50Ns' | 'p95Ns' | 'p99Ns', number>> | undefined
  /** When the first probe is due again, Unix milliseconds; undefined where nobody probes by itself. */
  readonly dueAtMs: number | undefined
}

const kept = new WeakMap<Board, ClusterFigures>()

/** What the header tells of all nodes together. */
export function clusterFigures(board: Board): ClusterFigures {
  const known = kept.get(board) ?? { host: hostFigures(board), dueAtMs: dueAtMs(board) }
  kept.set(board, known)
  return known
}

function hostFigures({ rows }: Board): ClusterFigures['host'] {
  const rtts = rows.flatMap(({ host }) => {
    const last = host?.probes.icmp.last
    return last?.kind === 'reply' ? [last.rttNs] : []
  })
  if (rtts.length === 0) return undefined
  const sorted = Float64Array.from(rtts).sort()
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return { p50Ns: rank(0.5), p95Ns: rank(0.95), p99Ns: rank(0.99) }
}

// A stale node is overdue: when it is probed nobody knows.
function dueAtMs({ rows, snapshot: { intervalMs, takenAtMs } }: Board): number | undefined {
  let firstMs = Number.POSITIVE_INFINITY
  for (const { node } of rows) {
    const dueMs = (oldestAnswerMs(node) ?? 0) + intervalMs
    if (dueMs >= takenAtMs) firstMs = Math.min(firstMs, dueMs)
  }
  return intervalMs > 0 && firstMs < Number.POSITIVE_INFINITY ? firstMs : undefined
}
