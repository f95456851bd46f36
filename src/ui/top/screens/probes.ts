import { probeKinds } from '../../../core/model/probe.ts'
import type { PathHealth, ProbeHealth } from '../../../core/model/snapshot.ts'
import { staleAfterMs } from '../../../core/model/verdict.ts'
import { rttCell, stateTone } from '../cells.ts'
import { age, rtt } from '../format.ts'
import { fill, type Line, type Span } from '../line.ts'
import { statisticsFor } from '../measure.ts'
import type { Row } from '../rows.ts'
import { sparkline } from '../sparkline.ts'
import { probeState } from '../state.ts'
import { clean, head, padEnd, padStart } from '../text.ts'
import type { Shown } from './shown.ts'

interface Figure {
  readonly title: string
  readonly width: number
  /** Shown on screens at least this wide. */
  readonly from: number
  readonly cell: (probe: ProbeHealth, nowMs: number) => Span
}

const figures: readonly Figure[] = [
  { title: 'LAST', width: 8, from: 0, cell: rttCell },
  { title: 'P50', width: 8, from: 50, cell: probe => [rtt(statisticsFor(probe.history).p50Ns)] },
  { title: 'P95', width: 8, from: 36, cell: probe => [rtt(statisticsFor(probe.history).p95Ns)] },
  { title: 'MAX', width: 8, from: 66, cell: probe => [rtt(statisticsFor(probe.history).maxNs)] },
  {
    title: 'JITTER',
    width: 8,
    from: 74,
    cell: probe => [rtt(statisticsFor(probe.history).jitterNs)],
  },
  {
    title: 'LOSS',
    width: 6,
    from: 0,
    cell: probe => {
      const { lossRatio } = statisticsFor(probe.history)
      return [percent(lossRatio), lossRatio ? 'warn' : 'dim']
    },
  },
  {
    title: 'AGE',
    width: 5,
    from: 44,
    cell: (probe, nowMs) => [probe.last === undefined ? '' : age(nowMs - probe.last.atMs), 'dim'],
  },
]

/** Loss of 1 in 1000 is not 0 %, and that of nothing sent is none. */
function percent(ratio: number | undefined): string {
  if (ratio === undefined) return '--'
  return ratio > 0 && ratio < 0.01 ? '<1%' : `${Math.round(100 * ratio)}%`
}

const trendTitle = '  TREND'

/** Each path by each kind, the primary ones first; at most so many lines, the heading included. */
export function probeLines(row: Row, shown: Shown, width: number, most: number): readonly Line[] {
  const shownFigures = figures.filter(figure => width >= figure.from)
  const label = width >= 120 ? 34 : 15
  const heading = shownFigures.map(({ title, width: room }) => padStart(title, room)).join('')
  const trend = width < label + heading.length + trendTitle.length ? '' : trendTitle
  const ordered = [...row.node.paths].sort((a, b) => order(a) - order(b))
  const lines = ordered.flatMap(path =>
    probeKinds.map(kind => probeLine(path, kind, { shown, label, figures: shownFigures, width })),
  )
  const whole = lines.length < most || most < 3
  const kept = lines.slice(0, whole ? most - 1 : most - 2)
  const rest = whole ? 0 : lines.length - kept.length
  return [
    fill([[`${padEnd('PATH', label)}${heading}${trend}`]], width, 'heading'),
    ...kept,
    ...(rest === 0 ? [] : [[[`and ${rest} more`, 'dim'] as const]]),
  ]
}

const order = (path: PathHealth): number =>
  (path.rank === 'primary' ? 0 : 2) + (path.to === 'host' ? 0 : 1)

interface Style {
  readonly shown: Shown
  readonly label: number
  readonly figures: readonly Figure[]
  readonly width: number
}

function probeLine(path: PathHealth, kind: 'icmp' | 'http', style: Style): Line {
  const { shown, label, width } = style
  const probe = path.probes[kind]
  const state = probeState(probe, shown.nowMs, staleAfterMs(shown.board.snapshot))
  const cells = style.figures.map(({ cell, width: room }): Span => {
    const [text, tone] = cell(probe, shown.nowMs)
    return [padStart(text, room), tone]
  })
  const used = label + style.figures.reduce((sum, figure) => sum + figure.width, 2)
  const trend = sparkline([probe.history], Math.min(60, width - used), shown.theme.glyphs)
  const tone = state === 'off' ? 'dim' : stateTone[state]
  return [
    [padEnd(head(name(path, kind, label), label - 1), label), tone === 'ok' ? 'plain' : tone],
    ...cells,
    ['  '],
    [trend, tone === 'ok' ? 'info' : tone],
  ]
}

const name = (path: PathHealth, kind: string, room: number): string => {
  const to = path.rank === 'primary' ? path.to : `+${path.to}`
  return room < 30 ? `${to} ${kind}` : `${to} ${kind} ${clean(path.ip)}`
}
