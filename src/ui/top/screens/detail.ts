import { type ProbeKind, probeKinds } from '../../../core/model/probe.ts'
import { reasonTexts } from '../../../core/model/reason-texts.ts'
import type { PathHealth, ProbeHealth } from '../../../core/model/snapshot.ts'
import { staleAfterMs } from '../../../core/model/verdict.ts'
import { agentCell, flapsOf, secondaries, stateTone } from '../cells.ts'
import { chartOf } from '../chart.ts'
import { diagnose } from '../diagnosis.ts'
import {
  eventGlyph,
  kindWords,
  lastedMs,
  probesText,
  severityTone,
  whatText,
} from '../event-text.ts'
import { age, clock, interval, rtt } from '../format.ts'
import { blank, type Line, parts, rule, type Span, spread } from '../line.ts'
import { markWords } from '../mark-text.ts'
import { statisticsFor } from '../measure.ts'
import { type Row, rowNamed, rowSpanMs } from '../rows.ts'
import { clean, cut, padEnd, padStart } from '../text.ts'
import { probeLines } from './probes.ts'
import type { Shown } from './shown.ts'

const labelWidth = 8

/** One node: what is wrong with it and where, each probe's figures, and their last hour drawn. */
export function detailLines(shown: Shown, width: number, height: number): readonly Line[] {
  const row = rowNamed(shown.board, shown.view.selected)
  if (row === undefined) return [blank, [['  This node has left the cluster. Esc goes back.']]]
  const first = [titleLine(row, shown, width), diagnosisLine(row, shown)]
  const probes = probeLines(row, shown, width, Math.max(2, height - 3))
  const left = height - first.length - probes.length - 1
  const outcomes = outcomeLines(row, shown, Math.max(0, Math.min(height < 40 ? 3 : 6, left)))
  const events = eventLines(shown, Math.max(0, Math.min(4, left - outcomes.length - 6)))
  const top = [...first, ...probes, ...outcomes, aboutLine(row, shown, width), ...events]
  const room = height - top.length
  return room < 4 ? top.slice(0, height) : [...top, ...chartLines(row, shown, width, room)]
}

function titleLine(row: Row, { theme }: Shown, width: number): Line {
  const name = cut(row.name, width - 8, theme.glyphs.ellipsis)
  const left = parts(
    [
      [name, 'bold'],
      [clean(row.host?.ip ?? '')],
      [clean(row.zone ?? ''), 'dim'],
      [row.node.local ? 'this node' : '', 'dim'],
      [clean(row.node.leaving ?? ''), 'warn'],
    ],
    width - 7,
  )
  return spread(left, [[row.state.toUpperCase(), stateTone[row.state]]], width)
}

const diagnosisLine = (row: Row, { board, nowMs }: Shown): Line => [
  [diagnose(row, nowMs, staleAfterMs(board.snapshot)), row.state === 'ok' ? 'ok' : 'warn'],
]

/** What the failing probes met, and since when; then what the replies tell beside their time. */
function outcomeLines(row: Row, { nowMs }: Shown, most: number): readonly Line[] {
  const probes = row.node.paths.flatMap(path => probeKinds.map(kind => ({ path, kind })))
  const lines = [...probes.filter(isFailing), ...probes.filter(each => !isFailing(each))].flatMap(
    ({ path, kind }): readonly Line[] => {
      const told = outcomeSpan(path.probes[kind], nowMs)
      return told === undefined ? [] : [[[`${path.to} ${kind} ${clean(path.ip)}: `], told]]
    },
  )
  if (lines.length <= most || most < 2) return lines.slice(0, most)
  return [...lines.slice(0, most - 1), [[`and ${lines.length - most + 1} more`, 'dim']]]
}

const isFailing = ({ path, kind }: { path: PathHealth; kind: ProbeKind }): boolean =>
  path.probes[kind].last?.kind === 'failure'

function outcomeSpan({ last, changedAtMs }: ProbeHealth, nowMs: number): Span | undefined {
  if (last === undefined) return undefined
  const words = markWords(last)
  if (last.kind === 'reply') return words.length === 0 ? undefined : [words.join(', '), 'dim']
  const detail = last.detail === '' ? '' : ` (${clean(last.detail)})`
  const since =
    changedAtMs === undefined ? [] : [`since ${clock(changedAtMs)} (${age(nowMs - changedAtMs)})`]
  return [[`${reasonTexts[last.reason]}${detail}`, ...words, ...since].join(', '), 'warn']
}

/** The newest events of this node. */
function eventLines({ log, view, nowMs, theme }: Shown, most: number): readonly Line[] {
  const own = log.filter(event => event.nodes.some(name => name === view.selected))
  return own.slice(0, most).map((event): Line => {
    const tone = severityTone[event.severity]
    const what = `${probesText(event)} ${whatText(event)}`.trim()
    const span = lastedMs(event, nowMs) > 0 ? ` (${age(lastedMs(event, nowMs))})` : ''
    return [
      [`${clock(event.atMs)} `, 'dim'],
      [`${eventGlyph(event, theme.glyphs)} ${padEnd(kindWords[event.kind], 5)}`, tone],
      [` ${what}${span}`],
    ]
  })
}

function aboutLine(row: Row, { board }: Shown, width: number): Line {
  const { intervalMs } = board.snapshot
  const { well, all } = secondaries(row)
  const [agent] = agentCell(row)
  const doubts = row.node.paths
    .flatMap(({ probes }) => probeKinds.map(kind => statisticsFor(probes[kind].history).inDoubt))
    .reduce((sum, each) => sum + each, 0)
  return parts(
    [
      [`verdict ${row.node.verdict}`, 'dim'],
      [agent === '' ? '' : `agent ${agent}`, 'dim'],
      [`flaps ${flapsOf(row)}`, 'dim'],
      [doubts === 0 ? '' : `${doubts} in doubt`, 'dim'],
      [all === 0 ? '' : `secondary addresses ${well}/${all}`, 'dim'],
      [intervalMs > 0 ? `probed every ${interval(intervalMs)}` : '', 'dim'],
    ].filter(([text]) => text !== '') as unknown as Line,
    width,
  )
}

function chartLines(row: Row, shown: Shown, width: number, room: number): readonly Line[] {
  const both = [row.host, row.endpoint].filter(path => path !== undefined)
  const [only = both[0]] = both.filter(path => path.verdict === 'unreachable')
  const paths = room >= 20 ? both : only === undefined ? [] : [only]
  const each = Math.floor((room - 1) / Math.max(1, paths.length)) - 1
  const windowMs = shown.view.windowMs ?? Math.max(shortestMs, rowSpanMs(row, shown.nowMs))
  const charts = paths.flatMap(path => {
    const title = `${path.to} icmp + http`
    return chartBlock(path, shown, { title, windowMs, width, height: each })
  })
  return [...charts, axisLine(windowMs, width)]
}

interface ChartPlace {
  readonly title: string
  readonly windowMs: number
  readonly width: number
  readonly height: number
}

/** An axis shorter than this would show nothing but dust. */
export const shortestMs = 10_000

/** A path's history under its title; one line more than `height`. */
export function chartBlock(
  path: PathHealth,
  shown: Shown,
  { title, windowMs, width, height }: ChartPlace,
): readonly Line[] {
  const { theme, view, nowMs } = shown
  const { rows, topNs, bottomNs } = chartOf(
    probeKinds.map(kind => path.probes[kind].history),
    {
      width: Math.max(1, width - labelWidth),
      height,
      fromMs: nowMs - windowMs,
      toMs: nowMs,
      log: view.log,
      glyphs: theme.glyphs,
    },
  )
  const middleNs = view.log ? Math.sqrt(topNs * bottomNs) : topNs / 2
  const labels = new Map([
    [height >> 1, rtt(middleNs)],
    [height - 1, rtt(bottomNs)],
    [0, rtt(topNs)],
  ])
  const what = `${title}, last ${interval(windowMs)}${view.log ? ', log scale' : ''}`
  return [
    rule(what, width, theme),
    ...rows.map(
      (text, index): Line => [
        [padStart(labels.get(index) ?? '', labelWidth - 1), 'dim'],
        [theme.glyphs.wall, 'dim'],
        [text, 'info'],
      ],
    ),
  ]
}

const axisLine = (windowMs: number, width: number): Line => [
  [' '.repeat(labelWidth)],
  ...spread([[`-${interval(windowMs)}`, 'dim']], [['now', 'dim']], width - labelWidth),
]
