import type { ProbeKind } from '../../core/model/probe.ts'
import type { PathHealth } from '../../core/model/snapshot.ts'
import { oldestAnswerMs } from '../../core/model/verdict.ts'
import {
  ageMs,
  agentCell,
  agentRank,
  changedLast,
  figure,
  flapsOf,
  lastError,
  lossCell,
  lossPercent,
  rttCell,
  rttRank,
  secondaries,
  stateTone,
  times,
} from './cells.ts'
import { age, maybeOlder, rtt } from './format.ts'
import type { Span } from './line.ts'
import type { Board, Row } from './rows.ts'
import { mainProbes, sparkline } from './sparkline.ts'
import { isSlow, severity } from './state.ts'
import { clean, cut, cutMiddle, widthOf } from './text.ts'
import type { Glyphs } from './theme.ts'
import { vantageColumn } from './vantage.ts'

export interface CellContext {
  readonly nowMs: number
  readonly staleAfterMs: number
  readonly glyphs: Glyphs
  readonly beside?: Board['beside']
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
  /** Where the row sorts: the lowest first. Infinity: nothing to sort by. */
  readonly rank: (row: Row) => number | string
  /** Shown only when it is asked for. */
  readonly extra?: true
}

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

const figureColumn = (
  title: string,
  letter: string,
  drop: number,
  name: Parameters<typeof figure>[1],
): Column => ({
  title,
  letter,
  width: 7,
  drop,
  align: 'right',
  cell: row => {
    const ns = figure(row, name)
    return [ns === undefined ? '' : rtt(ns)]
  },
  rank: row => -(figure(row, name) ?? -Infinity),
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
      cutMiddle(widthOf(row.label) <= width ? row.label : row.short, width, glyphs.ellipsis),
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
  zone: {
    title: 'ZONE',
    letter: 'z',
    width: 10,
    drop: 9,
    align: 'left',
    cell: (row, width, { glyphs }) => [cutMiddle(clean(row.zone ?? ''), width, glyphs.ellipsis)],
    rank: row => row.zone ?? Infinity,
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
  p95: figureColumn('P95-1H', 'p', 11, 'p95Ns'),
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
    rank: agentRank,
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
  p50: { ...figureColumn('P50-1H', 'm', 13, 'p50Ns'), extra: true },
  max: { ...figureColumn('MAX-1H', 'M', 13, 'maxNs'), extra: true },
  jitter: { ...figureColumn('JITTER', 'j', 13, 'jitterNs'), extra: true },
  since: {
    title: 'SINCE',
    letter: 'c',
    width: 5,
    drop: 13,
    align: 'right',
    cell: (row, _width, { nowMs }) => {
      const probe = changedLast(row)
      if (probe?.changedAtMs === undefined) return ['']
      return [`${maybeOlder(probe) ? '>' : ''}${age(nowMs - probe.changedAtMs)}`, 'dim']
    },
    rank: row => -(changedLast(row)?.changedAtMs ?? -Infinity),
    extra: true,
  },
  flaps: {
    title: 'FLAPS',
    letter: 'f',
    width: 5,
    drop: 13,
    align: 'right',
    cell: row => [String(flapsOf(row)), flapsOf(row) > 0 ? 'warn' : 'dim'],
    rank: row => -flapsOf(row),
    extra: true,
  },
  secondary: {
    title: 'SEC',
    letter: 'y',
    width: 5,
    drop: 13,
    align: 'right',
    cell: row => {
      const { well, all } = secondaries(row)
      return [all === 0 ? '' : `${well}/${all}`, well < all ? 'crit' : 'plain']
    },
    rank: row => secondaries(row).well - secondaries(row).all,
    extra: true,
  },
  'last-error': {
    title: 'LAST-ERR',
    letter: 'e',
    width: 24,
    drop: 13,
    align: 'left',
    cell: (row, width, { glyphs }) => [cut(lastError(row), width, glyphs.ellipsis), 'warn'],
    rank: row => (lastError(row) === '' ? 1 : 0),
    extra: true,
  },
  here: vantageColumn('here', 'H'),
  daemon: vantageColumn('daemon', 'D'),
} as const satisfies Record<string, Column>

export type ColumnId = keyof typeof columns
export const columnIds = Object.keys(columns) as readonly ColumnId[]
export const isColumnId = (text: string): text is ColumnId => Object.hasOwn(columns, text)
/** One view on the table above, without each column's own literal types. */
export const columnOf = (id: ColumnId): Column => columns[id]
export const defaultColumns: readonly ColumnId[] = columnIds.filter(id => !columnOf(id).extra)
