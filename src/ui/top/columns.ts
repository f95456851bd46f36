import type { ProbeKind } from '../../core/model/probe.ts'
import { blames } from '../../core/model/probe.ts'
import type { PathHealth, ProbeHealth } from '../../core/model/snapshot.ts'
import { oldestAnswerMs } from '../../core/model/verdict.ts'
import { age, reasonWords, rtt } from './format.ts'
import type { Span } from './line.ts'
import { recentLoss, statisticsFor } from './measure.ts'
import type { Row } from './rows.ts'
import { mainProbes, sparkline } from './sparkline.ts'
import { isSlow, severity, timesBaseline } from './state.ts'
import { clean, cut, cutMiddle } from './text.ts'
import type { Glyphs, Tone } from './theme.ts'

export interface CellContext {
  readonly nowMs: number
  readonly staleAfterMs: number
  readonly glyphs: Glyphs
}

export interface Column {
  readonly title: string
  /** Picks the column in the sort menu. */
  readonly letter: string
  readonly width: number
  /** Takes its share of the columns that are left over, up to this width. */
  readonly growsTo?: number
  /** Which column gives way first when the screen is narrow: the highest number. */
  readonly drop: number
  readonly align: 'left' | 'right'
  readonly cell: (row: Row, width: number, context: CellContext) => Span
  /** Where the row sorts: the lowest number first. Infinity: nothing to sort by. */
  readonly rank: (row: Row) => number
}

export const stateTone = {
  down: 'crit',
  loss: 'warn',
  slow: 'warn',
  stale: 'dim',
  new: 'dim',
  ok: 'ok',
} as const satisfies Record<Row['state'], Tone>

const rttColumn = (
  title: string,
  letter: string,
  drop: number,
  pathOf: (row: Row) => PathHealth | undefined,
  kind: ProbeKind,
): Column => ({
  title,
  letter,
  width: 7,
  drop,
  align: 'right',
  cell: row => rttCell(pathOf(row)?.probes[kind]),
  rank: row => rttRank(pathOf(row)?.probes[kind]),
})

/** The table of columns, in the order in which they are shown. A new one is a line here. */
export const columns = {
  node: {
    title: 'NODE',
    letter: 'n',
    width: 14,
    growsTo: 44,
    drop: 1,
    align: 'left',
    cell: (row, width, { glyphs }) => [
      cutMiddle(row.name.length <= width ? row.name : row.short, width, glyphs.ellipsis),
    ],
    rank: row => row.rank,
  },
  state: {
    title: 'STATE',
    letter: 's',
    width: 5,
    drop: 2,
    align: 'left',
    cell: row => [row.state.toUpperCase(), stateTone[row.state]],
    rank: row => severity(row.state),
  },
  ip: {
    title: 'IP',
    letter: 'i',
    width: 15,
    drop: 10,
    align: 'left',
    cell: (row, width, { glyphs }) => [cut(clean(row.host?.ip ?? ''), width, glyphs.ellipsis)],
    rank: row => row.rank,
  },
  'h-icmp': rttColumn('H-ICMP', '1', 3, row => row.host, 'icmp'),
  'h-http': rttColumn('H-HTTP', '2', 4, row => row.host, 'http'),
  'e-icmp': rttColumn('E-ICMP', '3', 5, row => row.endpoint, 'icmp'),
  'e-http': rttColumn('E-HTTP', '4', 5, row => row.endpoint, 'http'),
  loss: {
    title: 'LOSS%',
    letter: 'l',
    width: 5,
    drop: 8,
    align: 'right',
    cell: row => lossCell(lossPercent(row)),
    rank: row => -(lossPercent(row) ?? -Infinity),
  },
  p95: {
    title: 'P95-1H',
    letter: 'p',
    width: 7,
    drop: 11,
    align: 'right',
    cell: row => [p95Ns(row) === undefined ? '' : rtt(p95Ns(row))],
    rank: row => -(p95Ns(row) ?? -Infinity),
  },
  xbase: {
    title: 'xBASE',
    letter: 'x',
    width: 5,
    drop: 12,
    align: 'right',
    cell: row => [times(row)?.toFixed(1) ?? '', mainProbes(row).some(isSlow) ? 'warn' : 'plain'],
    rank: row => -(times(row) ?? -Infinity),
  },
  agent: {
    title: 'AGENT',
    letter: 'g',
    width: 5,
    drop: 6,
    align: 'right',
    cell: agentCell,
    rank: row => agentRank[agentCell(row)[1] ?? 'plain'] ?? 1,
  },
  age: {
    title: 'AGE',
    letter: 'a',
    width: 4,
    drop: 7,
    align: 'right',
    cell: (row, _width, { nowMs, staleAfterMs }) => {
      const ms = ageMs(row, nowMs)
      if (ms === undefined) return ['']
      return [age(ms), ms > staleAfterMs ? 'warn' : 'dim']
    },
    rank: row => oldestAnswerMs(row.node) ?? Infinity,
  },
  trend: {
    title: 'TREND',
    letter: 't',
    width: 10,
    growsTo: 60,
    drop: 7,
    align: 'left',
    cell: (row, width, { glyphs }) => [
      sparkline(
        mainProbes(row).map(probe => probe.history),
        width,
        glyphs,
      ),
      row.state === 'ok' ? 'info' : stateTone[row.state],
    ],
    rank: row => severity(row.state),
  },
} as const satisfies Record<string, Column>

export type ColumnId = keyof typeof columns
export const columnIds = Object.keys(columns) as readonly ColumnId[]
export const isColumnId = (text: string): text is ColumnId => Object.hasOwn(columns, text)
/** One view on the table above, without each column's own literal types. */
export const columnOf = (id: ColumnId): Column => columns[id]

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

export const p95Ns = (row: Row): number | undefined => {
  const [main] = mainProbes(row)
  return main === undefined ? undefined : statisticsFor(main.history).p95Ns
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

/** `--`: no reply. `n/a`: this probe cannot be sent from here. */
export function rttCell(probe: ProbeHealth | undefined): Span {
  const last = probe?.last
  if (probe === undefined || last === undefined) return ['']
  if (last.kind === 'reply') return [rtt(last.rttNs), isSlow(probe) ? 'warn' : 'plain']
  return blames(last.reason) === 'prober' ? ['n/a', 'dim'] : ['--', 'crit']
}

// Lost first, then the slowest; what was never measured comes last.
function rttRank(probe: ProbeHealth | undefined): number {
  const last = probe?.last
  if (last === undefined) return Infinity
  if (last.kind === 'reply') return -last.rttNs
  return blames(last.reason) === 'prober' ? Infinity : -Infinity
}

const lossCell = (percent: number | undefined): Span =>
  percent === undefined ? [''] : [`${percent}`, percent > 0 ? 'warn' : 'dim']

/** The agent answers HTTP on the node's own address: `ok`, an HTTP code, or why there is no answer. */
export function agentCell(row: Row): Span {
  const last = row.host?.probes.http.last
  if (last === undefined) return ['']
  if (last.kind === 'reply') return ['ok']
  const word = /\b[1-5]\d\d\b/.exec(last.reason === 'bad-status' ? last.detail : '')?.[0]
  return [word ?? reasonWords[last.reason], blames(last.reason) === 'prober' ? 'dim' : 'crit']
}

const agentRank: Partial<Record<Tone, number>> = { crit: 0, plain: 1, dim: 2 }
