import type { ProbeHealth } from '../../core/model/snapshot.ts'
import { ageMs, changedLast, figure, flapsOf, lossPercent, times } from './cells.ts'
import type { ColumnId } from './columns.ts'
import type { Row } from './rows.ts'

interface ColumnNumber {
  /** Tells the unit. */
  readonly name: string
  /** Undefined where nothing is known. */
  readonly of: (row: Row, nowMs: number) => number | undefined
}

const lastNs = (probe: ProbeHealth | undefined): number | undefined =>
  probe?.last?.kind === 'reply' ? probe.last.rttNs : undefined

/** What is written to a file in place of a column's text. */
export const columnNumbers: Partial<Record<ColumnId, ColumnNumber>> = {
  'h-icmp': { name: 'h_icmp_ns', of: row => lastNs(row.host?.probes.icmp) },
  'h-http': { name: 'h_http_ns', of: row => lastNs(row.host?.probes.http) },
  'e-icmp': { name: 'e_icmp_ns', of: row => lastNs(row.endpoint?.probes.icmp) },
  'e-http': { name: 'e_http_ns', of: row => lastNs(row.endpoint?.probes.http) },
  loss: { name: 'loss_percent', of: lossPercent },
  p50: { name: 'p50_ns', of: row => figure(row, 'p50Ns') },
  p95: { name: 'p95_ns', of: row => figure(row, 'p95Ns') },
  max: { name: 'max_ns', of: row => figure(row, 'maxNs') },
  jitter: { name: 'jitter_ns', of: row => figure(row, 'jitterNs') },
  xbase: { name: 'times_median', of: times },
  age: { name: 'age_ms', of: ageMs },
  since: {
    name: 'since_ms',
    of: (row, nowMs) => {
      const atMs = changedLast(row)?.changedAtMs
      return atMs === undefined ? undefined : nowMs - atMs
    },
  },
  flaps: { name: 'flaps', of: flapsOf },
}
