import { blames } from '../../core/model/probe.ts'
import { reasonTexts } from '../../core/model/reason-texts.ts'
import type { ProbeHealth } from '../../core/model/snapshot.ts'
import { oldestAnswerMs } from '../../core/model/verdict.ts'
import { reasonWords, rtt } from './format.ts'
import type { Span } from './line.ts'
import { markSign } from './mark-text.ts'
import { recentLoss, statisticsFor } from './measure.ts'
import type { Row } from './rows.ts'
import { mainProbes } from './sparkline.ts'
import { isSlow, timesBaseline } from './state.ts'
import type { Tone } from './theme.ts'

export const stateTone = {
  down: 'crit',
  loss: 'warn',
  slow: 'warn',
  stale: 'dim',
  new: 'dim',
  ok: 'ok',
} as const satisfies Record<Row['state'], Tone>

export function ageMs(row: Row, nowMs: number): number | undefined {
  const atMs = oldestAnswerMs(row.node)
  return atMs === undefined ? undefined : Math.max(0, nowMs - atMs)
}

/** The worst of the primary probes, over their last ten; undefined before the first. */
export function lossPercent(row: Row): number | undefined {
  let worst: number | undefined
  for (const { history } of mainProbes(row)) {
    const { sent, lost } = recentLoss(history)
    if (sent > 0) worst = Math.max(worst ?? 0, Math.round((100 * lost) / sent))
  }
  return worst
}

/** A figure of the last hour, of the node's most telling probe. */
export const figure = (
  row: Row,
  name: 'p50Ns' | 'p95Ns' | 'maxNs' | 'jitterNs',
): number | undefined => {
  const [main] = mainProbes(row)
  return main === undefined ? undefined : statisticsFor(main.history)[name]
}

/** The primary probe that is furthest above its own median. */
export function times(row: Row): number | undefined {
  let worst: number | undefined
  for (const probe of mainProbes(row)) {
    const own = timesBaseline(probe)
    if (own !== undefined) worst = Math.max(worst ?? 0, own)
  }
  return worst
}

/** `--`: no reply. `n/a`: this probe cannot be sent from here. Before them what `markSign` tells. */
export function rttCell(probe: ProbeHealth | undefined): Span {
  const last = probe?.last
  if (probe === undefined || last === undefined) return ['']
  if (last.kind === 'reply')
    return [markSign(last) + rtt(last.rttNs), isSlow(probe) ? 'warn' : 'plain']
  return blames(last.reason) === 'prober' ? ['n/a', 'dim'] : [`${markSign(last)}--`, 'crit']
}

// Lost first, then the slowest; what was never measured comes last.
export function rttRank(probe: ProbeHealth | undefined): number {
  const last = probe?.last
  if (last === undefined) return Infinity
  if (last.kind === 'reply') return -last.rttNs
  return blames(last.reason) === 'prober' ? Infinity : -Infinity
}

export const lossCell = (percent: number | undefined): Span =>
  percent === undefined ? [''] : [`${percent}`, percent > 0 ? 'warn' : 'dim']

/** The agent answers HTTP on the node's own address: `ok`, an HTTP code, or why there is no answer. */
export function agentCell(row: Row): Span {
  const last = row.host?.probes.http.last
  if (last === undefined) return ['']
  if (last.kind === 'reply') return ['ok']
  const word = /\b[1-5]\d\d\b/.exec(last.reason === 'bad-status' ? last.detail : '')?.[0]
  return [word ?? reasonWords[last.reason], blames(last.reason) === 'prober' ? 'dim' : 'crit']
}

const agentRanks: Partial<Record<Tone, number>> = { crit: 0, plain: 1, dim: 2 }
export const agentRank = (row: Row): number => agentRanks[agentCell(row)[1] ?? 'plain'] ?? 1

/** The node's probe whose verdict changed last. */
export function changedLast(row: Row): ProbeHealth | undefined {
  let newest: ProbeHealth | undefined
  for (const { probes } of row.node.paths) {
    for (const probe of Object.values(probes)) {
      if ((probe.changedAtMs ?? 0) > (newest?.changedAtMs ?? 0)) newest = probe
    }
  }
  return newest
}

export const flapsOf = (row: Row): number =>
  Math.max(0, ...row.node.paths.flatMap(({ probes }) => [probes.icmp.flaps, probes.http.flaps]))

/** Secondary addresses that answer, of how many. */
export function secondaries(row: Row): { readonly well: number; readonly all: number } {
  const paths = row.node.paths.filter(path => path.rank === 'secondary')
  return { well: paths.filter(path => path.verdict === 'reachable').length, all: paths.length }
}

/** What the first failing probe met. */
export function lastError(row: Row): string {
  for (const { probes } of row.node.paths) {
    for (const { last } of Object.values(probes)) {
      if (last?.kind === 'failure') return reasonTexts[last.reason]
    }
  }
  return ''
}
