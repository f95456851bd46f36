import type { NodeName } from '../../core/model/node.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { HealthSource, ProbeAnswer } from '../../core/model/source.ts'
import { probeDifference } from './probe-difference.ts'

export interface Progress {
  readonly nodes: number
  /** Of their addresses, from 0 to 1; undefined before the first word of it. */
  readonly share: number | undefined
}

export interface Probing {
  /** Undefined while nothing is being probed. */
  progress(): Progress | undefined
  /** Probes these nodes; one order at a time. */
  start(nodes: readonly NodeName[]): void
  close(): void
}

interface Reports {
  changed(): void
  tell(text: string, tone: 'info' | 'warn'): void
  nowMs(): number
}

/** Probing on demand: its progress, and in words what came of it. */
export function createProbing(current: () => HealthSource, reports: Reports): Probing {
  const ending = new AbortController()
  let progress: Progress | undefined

  const run = async (nodes: readonly NodeName[]): Promise<void> => {
    const source = current()
    const sinceMs = reports.nowMs()
    const before = source.snapshot()
    try {
      const answer = await source.probe({
        nodes,
        signal: ending.signal,
        onProgress: (done, total) => {
          progress = { nodes: nodes.length, share: done / Math.max(1, total) }
          reports.changed()
        },
      })
      if (!ending.signal.aborted)
        reports.tell(...told(answer, before, source.snapshot(), nodes, reports.nowMs() - sinceMs))
    } catch (error) {
      // A probe rejects only when it is aborted, which is our own doing, or when its source closed.
      if (!ending.signal.aborted) reports.tell(`probing ended: ${String(error)}`, 'warn')
    } finally {
      progress = undefined
      reports.changed()
    }
  }

  return {
    progress: () => progress,
    start(nodes) {
      if (progress !== undefined) {
        reports.tell('still probing', 'warn')
      } else if (nodes.length === 0) {
        reports.tell('there is nothing to probe here', 'warn')
      } else {
        progress = { nodes: nodes.length, share: undefined }
        reports.changed()
        void run(nodes)
      }
    },
    close: () => ending.abort(),
  }
}

function told(
  answer: ProbeAnswer,
  before: Snapshot,
  after: Snapshot,
  nodes: readonly NodeName[],
  tookMs: number,
): [string, 'info' | 'warn'] {
  switch (answer.kind) {
    case 'probed':
      return [
        `${nodes.length} probed in ${(tookMs / 1000).toFixed(1)}s: ${probeDifference(before, after, nodes)}`,
        'info',
      ]
    case 'cached':
      return [
        'nothing was probed: Cilium since 1.17 answers from its cache; top --probe-from-here probes',
        'warn',
      ]
    case 'refused':
      return [`probing refused: ${answer.reason}`, 'warn']
    default:
      return answer satisfies never
  }
}
