import type { NodeName } from '../../core/model/node.ts'
import type { HealthSource, ProbeAnswer } from '../../core/model/source.ts'
import { count } from './format.ts'

export interface Progress {
  readonly done: number
  readonly total: number
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
export function createProbing(source: HealthSource, reports: Reports): Probing {
  const ending = new AbortController()
  let progress: Progress | undefined

  const run = async (nodes: readonly NodeName[]): Promise<void> => {
    const sinceMs = reports.nowMs()
    try {
      const answer = await source.probe({
        nodes,
        signal: ending.signal,
        onProgress: (done, total) => {
          progress = { done, total }
          reports.changed()
        },
      })
      if (!ending.signal.aborted)
        reports.tell(...told(answer, nodes.length, reports.nowMs() - sinceMs))
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
      } else if (nodes.length > 0) {
        progress = { done: 0, total: 0 }
        reports.changed()
        void run(nodes)
      }
    },
    close: () => ending.abort(),
  }
}

function told(answer: ProbeAnswer, nodes: number, tookMs: number): [string, 'info' | 'warn'] {
  switch (answer.kind) {
    case 'probed':
      return [
        `probed ${count(answer.paths, 'path')} of ${count(nodes, 'node')} in ${(tookMs / 1000).toFixed(1)}s`,
        'info',
      ]
    case 'cached':
      return [
        'nothing was probed: this daemon answers from its cache (Cilium 1.17 and later)',
        'warn',
      ]
    case 'refused':
      return [`probing refused: ${answer.reason}`, 'warn']
    default:
      return answer satisfies never
  }
}
