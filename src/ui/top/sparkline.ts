import { emptyHistory, type History } from '../../core/model/history.ts'
import { blames, probeKinds } from '../../core/model/probe.ts'
import type { ProbeHealth } from '../../core/model/snapshot.ts'
import { baselineNs, lastHour } from './measure.ts'
import type { Row } from './rows.ts'
import type { Glyphs } from './theme.ts'

/** The node's primary probes that can be sent from here, the most telling first. */
export function mainProbes(row: Row): readonly ProbeHealth[] {
  const found: ProbeHealth[] = []
  for (const path of [row.host, row.endpoint]) {
    for (const kind of probeKinds) {
      const probe = path?.probes[kind]
      const off = probe?.last?.kind === 'failure' && blames(probe.last.reason) === 'prober'
      if (probe !== undefined && !off) found.push(probe)
    }
  }
  return found
}

interface Drawn {
  readonly added: number
  readonly width: number
  readonly glyphs: Glyphs
  readonly text: string
}
const drawn = new WeakMap<History, Drawn>()

/**
 * The last hour in one line, at most so wide, newest at the right: each glyph is the worst RTT of its share of the
 * samples, on a logarithmic scale against the probe's own median; a loss in any of them is marked.
 */
export function sparkline(histories: readonly History[], width: number, glyphs: Glyphs): string {
  const [main] = histories
  if (main === undefined || width < 1) return ''
  const added = histories.reduce((sum, history) => sum + history.total, 0)
  const known = drawn.get(main)
  if (known?.added === added && known.width === width && known.glyphs === glyphs) return known.text
  const text = draw(histories, main, width, glyphs)
  drawn.set(main, { added, width, glyphs, text })
  return text
}

function draw(histories: readonly History[], main: History, width: number, glyphs: Glyphs): string {
  const samples = lastHour(main)
  // In quarters of a sample, so that the shape stands still while it fills up.
  const size = Math.max(1, Math.ceil((4 * samples) / width) / 4)
  const newest = Math.floor((main.total - 1) / size)
  const oldest = Math.max(newest - width + 1, Math.floor((main.total - samples) / size))
  const topNs = 6 * (baselineNs(main) ?? Math.max(1, maxNs(main, 0, samples)))
  let text = ''
  for (let share = oldest; share <= newest; share += 1) {
    const from = main.total - Math.ceil((share + 1) * size)
    const to = main.total - Math.ceil(share * size)
    text += glyphOf(histories, Math.max(0, from), Math.min(to, samples), topNs, glyphs)
  }
  return text
}

/** The glyph of the samples `from` to `to`, both counted back from the newest. */
function glyphOf(
  histories: readonly History[],
  from: number,
  to: number,
  topNs: number,
  glyphs: Glyphs,
): string {
  if (histories.some(history => anyLost(history, from, to))) return glyphs.lost
  const worstNs = maxNs(histories[0] ?? emptyHistory, from, to)
  return worstNs === 0 ? ' ' : (glyphs.levels[level(worstNs / topNs)] ?? ' ')
}

function anyLost(history: History, from: number, to: number): boolean {
  for (let back = from; back < Math.min(to, history.length); back += 1) {
    const reason = history.reason(history.length - 1 - back)
    if (reason !== undefined && blames(reason) === 'target') return true
  }
  return false
}

/** 0 without a reply. */
function maxNs(history: History, from: number, to: number): number {
  let found = 0
  for (let back = from; back < Math.min(to, history.length); back += 1) {
    const ns = history.rttNs(history.length - 1 - back)
    if (ns > found) found = ns
  }
  return found
}

const level = (share: number): number =>
  Math.max(0, Math.min(7, Math.round((Math.log2(1 + 7 * share) / 3) * 7)))
