import type { Severity } from '../../core/model/diagnosis-finding.ts'
import { type Cell, type LaneMask, lanes } from '../../core/model/mesh.ts'
import type { HeatCell } from '../../core/model/mesh-heat.ts'
import type { Totals } from '../../core/model/mesh-survey.ts'
import { reasonTexts } from '../../core/model/reason-texts.ts'
import { probesText } from './event-text.ts'
import { age, count, rtt } from './format.ts'
import type { Glyphs, Tone } from './theme.ts'

export interface CellText {
  readonly text: string
  readonly glyph: string
  readonly tone: Tone
}

/** A cell of the map: its number, and the one glyph that stands for it. */
export function cellText(cell: HeatCell, glyphs: Glyphs): CellText {
  const { down, stale } = glyphs.states
  const of = (number: number) => (cell.pairs === 1 ? '' : ` ${number}/${cell.pairs}`)
  switch (cell.state) {
    case 'failing':
      return { text: `${down}${of(cell.failing)}`, glyph: down, tone: 'crit' }
    case 'stale':
      return { text: `${stale} ${staleWords(cell)}`, glyph: stale, tone: 'warn' }
    case 'expected':
      return { text: `${expected}${of(cell.expected)}`, glyph: expected, tone: 'dim' }
    case 'none':
      return { text: cell.pairs === 0 ? '' : '?', glyph: cell.pairs === 0 ? ' ' : '?', tone: 'dim' }
    case 'ok': {
      const block = blockOf(cell.p95Ns ?? 0, glyphs.braille)
      return { text: `${rtt(cell.p95Ns)} ${block}`, glyph: block, tone: 'plain' }
    }
    default:
      return cell.state satisfies never
  }
}

/** How old a pair's answer is; how many of several are. */
const staleWords = ({ pairs, stale, staleMs = 0 }: HeatCell) =>
  pairs === 1 ? age(staleMs) : `${stale}/${pairs}`

/** It fails, and is no trouble: no colour has to say so. */
const expected = '~'

/** Upper ends of the steps of heat. */
const stepsNs = [1e6, 5e6, 45e6, 75e6]
const blocks = { unicode: '·░▒▓█', ascii: '_.:*#' }

function blockOf(ns: number, unicode: boolean): string {
  const step = stepsNs.findIndex(end => ns < end)
  const block = (unicode ? blocks.unicode : blocks.ascii)[step < 0 ? stepsNs.length : step]
  return block ?? ' '
}

/** What the cells mean, and what some of them mean where there are such. */
export function legend({ braille, states }: Glyphs, sum: Pick<Totals, 'expected'>): string {
  const [a, b, c, d, e] = braille ? blocks.unicode : blocks.ascii
  const going = sum.expected > 0 ? `  ${expected} as expected` : ''
  return `p95: ${a} <1ms  ${b} <5ms  ${c} <45ms  ${d} <75ms  ${e} more   ${states.down} failing  ${states.stale} stale  ? no data${going}`
}

/** A sum in at most six columns: what is worst of it, and how often. */
export function totalText(sum: Totals, { states }: Glyphs): readonly [string, Tone] {
  if (sum.pairs === 0) return ['', 'dim']
  if (sum.failing > 0) return [`${states.down}${short(sum.failing)}`, 'crit']
  if (sum.stale > 0) return [`${states.stale}${short(sum.stale)}`, 'warn']
  if (sum.expected > 0) return [`${expected}${short(sum.expected)}`, 'dim']
  return sum.none === sum.pairs ? ['?', 'dim'] : [states.ok, 'ok']
}

const short = (number: number) => (number < 10_000 ? `${number}` : `${Math.round(number / 1000)}k`)

export const severityMarks = {
  critical: { state: 'down', tone: 'crit' },
  warning: { state: 'loss', tone: 'warn' },
  info: { state: 'new', tone: 'info' },
} as const satisfies Record<Severity, { readonly state: string; readonly tone: Tone }>

/** What there is to say where nothing was found. */
export const quietLine = (read: number, { states }: Glyphs): readonly [string, Tone] =>
  read === 0
    ? [`${states.new} nobody has answered yet`, 'dim']
    : [`${states.ok} nothing is wrong`, 'ok']

/** What many cells come to, in words. */
export function sumWords({ pairs, ok, failing, stale, none, p95Ns, ...more }: HeatCell): string {
  if (pairs === 0) return 'nobody probes this'
  const counts = [
    failing > 0 ? `${failing} failing` : '',
    stale > 0 ? `${stale} stale, ${age(more.staleMs ?? 0)} at most` : '',
    more.expected > 0 ? `${more.expected} failing as expected` : '',
    none > 0 ? `${none} without data` : '',
    ok > 0 ? `${ok} ok, p95 ${rtt(p95Ns)}` : '',
  ]
  return `${count(pairs, 'pair')}: ${counts.filter(Boolean).join(', ')}`
}

/** One direction of a pair, in words. */
export const cellWords = (cell: Cell): string =>
  laneCellWords(cell, cell.kind === 'failing' ? ` (${laneWords(cell.lanes)})` : '')

/** One lane of it, in words. */
export function laneCellWords(cell: Cell, where = ''): string {
  switch (cell.kind) {
    case 'ok':
      return `ok, ${rtt(cell.rttNs)}, ${age(cell.ageMs)} ago`
    case 'failing':
      return `${reasonTexts[cell.reason]}${where}, ${age(cell.ageMs)} ago`
    case 'stale':
      return `stale, the answer is ${age(cell.ageMs)} old`
    case 'none':
      return `no data: ${cell.why}`
    default:
      return cell satisfies never
  }
}

/** Lanes by name: `host icmp + http`. */
export const laneWords = (mask: LaneMask): string =>
  probesText({ probes: lanes.filter((_, lane) => mask & (1 << lane)) })
