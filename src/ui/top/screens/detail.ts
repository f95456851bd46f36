import { blames, type ProbeKind, probeKinds } from '../../../core/model/probe.ts'
import type { PathHealth, Snapshot } from '../../../core/model/snapshot.ts'
import { staleAfterMs } from '../../../core/model/verdict.ts'
import { agentCell, flapsOf, rttCell, secondaries, stateTone } from '../cells.ts'
import { diagnose } from '../diagnosis.ts'
import {
  eventGlyph,
  kindWords,
  lastedText,
  probesText,
  severityTone,
  whatText,
} from '../event-text.ts'
import { clock, failureWords, interval, sinceText } from '../format.ts'
import { blank, type Line, lineWidth, parts, type Span, spread } from '../line.ts'
import { markWords } from '../mark-text.ts'
import { statisticsFor } from '../measure.ts'
import { type Row, rowNamed } from '../rows.ts'
import { clean, cut, padEnd, padStart, wrap, wrapUpTo } from '../text.ts'
import { chartLines } from './charts.ts'
import { clockSpans } from './header.ts'
import { probeLines } from './probes.ts'
import type { Shown } from './shown.ts'

/** One node: what is wrong with it and where, each probe's figures, and their last hour drawn. */
export function detailLines(shown: Shown, width: number, height: number): readonly Line[] {
  const row = rowNamed(shown.board, shown.view.selected)
  if (row === undefined) return [blank, [['  This node has left the cluster. Esc goes back.']]]
  const top = wordLines(row, shown, width, height)
  const room = height - top.length
  return room < roomForChart
    ? top.slice(0, height)
    : [...top, ...chartLines(row, shown, width, room)]
}

/** Whether there is room for the charts. */
export function isCharted(shown: Shown, width: number, height: number): boolean {
  const row = rowNamed(shown.board, shown.view.selected)
  if (row === undefined) return false
  return height - wordLines(row, shown, width, height).length >= roomForChart
}

const roomForChart = 4
/** On lower screens each path has one line. */
const lowest = 7

function wordLines(row: Row, shown: Shown, width: number, height: number): readonly Line[] {
  if (height < lowest) {
    const brief = [titleLine(row, shown, width), ...briefLines(row, shown, width)]
    return [...brief, ...diagnosisLines(row, shown, width, height - brief.length)]
  }
  const first = [titleLine(row, shown, width), ...diagnosisLines(row, shown, width, height)]
  const probes = probeLines(row, shown, width, Math.max(2, height - first.length))
  const left = height - first.length - probes.length - 1
  const outcomes = outcomeLines(row, shown, width, Math.max(0, Math.min(height < 40 ? 5 : 8, left)))
  const events = eventLines(shown, width, Math.max(0, Math.min(4, left - outcomes.length - 6)))
  return [...first, ...probes, ...outcomes, aboutLine(row, shown, width), ...events]
}

function titleLine(row: Row, shown: Shown, width: number): Line {
  const state: Span = [row.state.toUpperCase(), stateTone[row.state]]
  const right: Line = width < 60 ? [state] : [state, ['  '], ...clockSpans(shown)]
  const room = Math.max(1, width - lineWidth(right) - 1)
  const left = parts(
    [
      [cut(row.name, room, shown.theme.glyphs.ellipsis), 'bold'],
      [clean(row.host?.ip ?? '')],
      [clean(row.zone ?? ''), 'dim'],
      [row.node.local ? 'this node' : '', 'dim'],
      [clean(row.node.leaving ?? ''), 'warn'],
    ],
    room,
  )
  return spread(left, right, width, shown.theme)
}

/** Where the whole has no room, what is to blame: the lines above tell what fails. */
function diagnosisLines(
  row: Row,
  { board, nowMs, theme }: Shown,
  width: number,
  most: number,
): readonly Line[] {
  const { ellipsis } = theme.glyphs
  const text = diagnose(row, nowMs, staleAfterMs(board.snapshot))
  const tone = row.state === 'ok' ? 'ok' : 'warn'
  const whole = wrap(text, width, ellipsis)
  const lines =
    whole.length <= most
      ? whole
      : wrapUpTo(text.replace(/^.*?: /, ''), width, Math.max(1, most), ellipsis)
  return lines.map((line): Line => [[line, tone]])
}

/** A line a path: its last ICMP and HTTP. */
const briefLines = ({ host, endpoint }: Row, { theme }: Shown, width: number): readonly Line[] =>
  [host, endpoint].flatMap((path): readonly Line[] => {
    if (path === undefined) return []
    const cells = probeKinds.map((kind): Span => {
      const [text, tone] = rttCell(path.probes[kind])
      return [padStart(text, 7), tone]
    })
    const room = Math.max(1, width - 14)
    return [[[padEnd(cut(path.to, room, theme.glyphs.ellipsis), room)], ...cells]]
  })

/**
 * Since when each probe fails, and with which words, on several lines where there is room; then what
 * the replies tell beside their time.
 */
function outcomeLines(row: Row, shown: Shown, width: number, most: number): readonly Line[] {
  const { ellipsis } = shown.theme.glyphs
  const probes = row.node.paths.flatMap(path => probeKinds.map(kind => ({ path, kind })))
  const texts = [...probes.filter(isFailing), ...probes.filter(each => !isFailing(each))].flatMap(
    each => outcomeOf(each, shown),
  )
  const whole = texts.flatMap(([text, tone]) =>
    wrap(text, width, ellipsis).map((line): Line => [[line, tone]]),
  )
  const short = texts.map(([text, tone]): Line => [[cut(text, width, ellipsis), tone]])
  const lines = whole.length <= most ? whole : short
  if (lines.length <= most || most < 2) return lines.slice(0, most)
  return [...lines.slice(0, most - 1), [[`and ${lines.length - most + 1} more`, 'dim']]]
}

interface Probed {
  readonly path: PathHealth
  readonly kind: ProbeKind
}

const isFailing = ({ path, kind }: Probed): boolean => {
  const { last } = path.probes[kind]
  return last?.kind === 'failure' && blames(last.reason) === 'target'
}

function outcomeOf({ path, kind }: Probed, shown: Shown): readonly Span[] {
  const probe = path.probes[kind]
  const { last } = probe
  if (last === undefined) return []
  const words = markWords(last)
  const what = `${path.to} ${kind} ${clean(path.ip)}`
  if (last.kind === 'reply') {
    return words.length === 0 ? [] : [[`${what}: ${words.join(', ')}`, 'dim']]
  }
  if (blames(last.reason) === 'prober') {
    const why = whyOff(shown.board.snapshot, kind, path.ip) ?? failureWords(last)
    return [[`${what} cannot be probed from here: ${clean(why)}`, 'dim']]
  }
  const text = clean(shown.statusText(last, kind, path))
  return [[`${what} ${sinceText(probe, shown.nowMs)}: ${[text, ...words].join(', ')}`, 'warn']]
}

/** In the prober's own words; undefined where it tells none. */
function whyOff({ prober }: Snapshot, kind: ProbeKind, ip: string): string | undefined {
  const way = kind === 'http' ? 'http' : ip.includes(':') ? 'icmp6' : 'icmp4'
  const ability = prober?.abilities[way]
  return ability?.kind === 'off' ? ability.why : undefined
}

/** The newest events of this node. */
function eventLines(
  { log, view, nowMs, theme }: Shown,
  width: number,
  most: number,
): readonly Line[] {
  const own = log.filter(event => event.nodes.some(name => name === view.selected))
  return own.slice(0, most).map((event): Line => {
    const tone = severityTone[event.severity]
    const what = `${probesText(event)} ${whatText(event)}`.trim()
    const lasted = lastedText(event, nowMs)
    const span = lasted === '' ? '' : `(${lasted}) `
    return [
      [`${clock(event.atMs)} `, 'dim'],
      [`${eventGlyph(event, theme.glyphs)} ${padEnd(kindWords[event.kind], 5)}`, tone],
      [` ${cut(`${span}${what}`, Math.max(1, width - 17), theme.glyphs.ellipsis)}`],
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
