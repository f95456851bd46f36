import type { History } from '../../../core/model/history.ts'
import { type ProbeKind, probeKinds } from '../../../core/model/probe.ts'
import type { PathHealth } from '../../../core/model/snapshot.ts'
import { staleAfterMs } from '../../../core/model/verdict.ts'
import { chartOf, signOf } from '../chart.ts'
import { sampleNear } from '../chart-moves.ts'
import { clock, interval, rtt } from '../format.ts'
import { keyName } from '../keys.ts'
import { type Line, plain, ruled, type Span, spread } from '../line.ts'
import { type Row, rowSpanMs } from '../rows.ts'
import { padStart } from '../text.ts'
import type { Shown } from './shown.ts'

const labelWidth = 8
/** Both paths are drawn where there is room for so many lines. */
const roomForBoth = 20

/** The history of a node's paths, drawn; on a low screen of one, and the title says how to turn. */
export function chartLines(row: Row, shown: Shown, width: number, room: number): readonly Line[] {
  const { view, keys } = shown
  const own = [row.host, row.endpoint].filter(path => path !== undefined)
  const chosen = own.filter(({ to }) => view.chart.paths === 'all' || view.chart.paths === to)
  const both = chosen.length === 0 ? own : chosen
  const [one = both[0]] = both.filter(path => path.verdict === 'unreachable')
  const paths = room >= roomForBoth ? both : one === undefined ? [] : [one]
  const hidden = own.filter(path => !paths.includes(path)).map(({ to }) => to)
  const turn = keyName(keys.chartPaths[0] ?? '')
  const note = hidden.length === 0 ? '' : `${turn} ${hidden.join(', ')}`
  const each = Math.floor((room - 1) / Math.max(1, paths.length)) - 1
  const windowMs = view.windowMs ?? Math.max(shortestMs, rowSpanMs(row, shown.nowMs))
  const kinds = view.chart.kinds === 'all' ? probeKinds : [view.chart.kinds]
  const charts = paths.flatMap(path =>
    chartBlock(path, shown, { title: path.to, note, kinds, windowMs, width, height: each }),
  )
  return [...charts, axisLine(windowMs, width, shown)]
}

export interface ChartPlace {
  readonly title: string
  /** What else the title says. */
  readonly note?: string
  readonly kinds: readonly ProbeKind[]
  readonly windowMs: number
  readonly width: number
  readonly height: number
}

/** An axis shorter than this would show nothing but dust. */
export const shortestMs = 10_000

/** A path's history under its title, which is the legend too; one line more than `height`. */
export function chartBlock(path: PathHealth, shown: Shown, of: ChartPlace): readonly Line[] {
  const { theme, view, nowMs, board } = shown
  const { windowMs, width, height } = of
  const { rows, lost, topNs, bottomNs } = chartOf(
    of.kinds.map(kind => ({ kind, history: path.probes[kind].history })),
    {
      width: Math.max(1, width - labelWidth),
      height,
      fromMs: nowMs - windowMs,
      toMs: nowMs,
      gapMs: staleAfterMs(board.snapshot),
      log: view.log,
      glyphs: theme.glyphs,
    },
  )
  const plot = rows.length - lost.length
  const middleNs = view.log ? Math.sqrt(topNs * bottomNs) : topNs / 2
  const labels = new Map([
    [plot >> 1, rtt(middleNs)],
    [plot - 1, rtt(bottomNs)],
    [0, rtt(topNs)],
    ...lost.map((kind, index) => [plot + index, `no ${kind}`] as const),
  ])
  return [
    legend(path, shown, of),
    ...rows.map(
      (line, index): Line => [
        [padStart(labels.get(index) ?? '', labelWidth - 1), 'dim'],
        [theme.glyphs.wall, 'dim'],
        ...line,
      ],
    ),
  ]
}

/** What is drawn, how each kind looks, and its RTT at the cursor, or now. */
function legend(path: PathHealth, { view, theme }: Shown, of: ChartPlace): Line {
  const { cursorMs } = view.chart
  const kinds = of.kinds.flatMap((kind): readonly Span[] => {
    const value = rtt(rttAt(path.probes[kind].history, cursorMs))
    return [['  '], signOf(kind, theme.glyphs), [` ${kind} ${value}`]]
  })
  const when = cursorMs === undefined ? '' : ` at ${clock(cursorMs)}`
  const rest = [`last ${interval(of.windowMs)}`, view.log ? 'log scale' : '', of.note ?? '']
  const end = ['', ...rest.filter(text => text !== '')].join('  ')
  return ruled([[of.title, 'bold'], [when], ...kinds, [end, 'dim']], of.width, theme)
}

const rttAt = (history: History, atMs: number | undefined): number | undefined => {
  const index = atMs === undefined ? history.length - 1 : sampleNear(history, atMs)
  return index < 0 ? undefined : history.rttNs(index)
}

/** The ends of the time that is drawn, and below which sample the cursor stands. */
function axisLine(windowMs: number, width: number, { view, nowMs, theme }: Shown): Line {
  const room = width - labelWidth
  const ends = spread([[`-${interval(windowMs)}`, 'dim']], [['now', 'dim']], room, theme)
  const { cursorMs } = view.chart
  const at = cursorMs === undefined ? -1 : Math.floor(room * (1 - (nowMs - cursorMs) / windowMs))
  const indent: Span = [' '.repeat(labelWidth)]
  if (at < 0 || at >= room) return [indent, ...ends]
  const text = plain(ends)
  return [
    indent,
    [text.slice(0, at), 'dim'],
    [theme.glyphs.up, 'bold'],
    [text.slice(at + 1), 'dim'],
  ]
}
