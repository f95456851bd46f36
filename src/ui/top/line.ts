import { head, padEnd, widthOf } from './text.ts'
import type { Theme, Tone } from './theme.ts'

/** A piece of a terminal row, in one tone; that of a selected row is so besides. */
export type Span = readonly [text: string, tone?: Tone | undefined, selected?: boolean]
/** One terminal row. */
export type Line = readonly Span[]

export const blank: Line = []

export const lineWidth = (line: Line): number =>
  line.reduce((width, [text]) => width + widthOf(text), 0)

/** Two ends of a row; the left one gives way. */
export function spread(left: Line, right: Line, width: number, { glyphs }: Theme): Line {
  const room = width - lineWidth(right)
  if (room < 1) return left
  const kept = clip(left, room - 1, glyphs.ellipsis)
  return [...kept, [' '.repeat(Math.max(0, room - lineWidth(kept)))], ...right]
}

/** As many parts as fit, two columns apart; those given first are the most important. */
export function parts(spans: readonly Span[], width: number, gap = 2): Line {
  const kept: Span[] = []
  let used = 0
  for (const [text, tone] of spans) {
    const need = widthOf(text) + (kept.length === 0 ? 0 : gap)
    if (used + need > width) break
    if (kept.length > 0) kept.push([' '.repeat(gap)])
    kept.push([text, tone])
    used += need
  }
  return kept
}

/** What fits of a row; where more than blanks is lost, it ends in the ellipsis. */
export function clip(line: Line, width: number, ellipsis = ''): Line {
  const isCut = ellipsis !== '' && lineWidth(line) > width && isWider(line, width)
  if (isCut && width > 1) {
    const kept = clip(line, width - 1)
    const [, ...tones] = kept.at(-1) ?? ['']
    return [...kept, [ellipsis, ...tones]]
  }
  let room = width
  const kept: Span[] = []
  for (const span of line) {
    if (room <= 0) break
    const [text, ...tones] = span
    const own = widthOf(text)
    kept.push(own <= room ? span : [head(text, room), ...tones])
    room -= own
  }
  return kept
}

const isWider = (line: Line, width: number): boolean => widthOf(plain(line).trimEnd()) > width

/** The whole row in one tone, over its full width. */
export const fill = (line: Line, width: number, tone: Tone): Line => [
  [padEnd(plain(line), width), tone],
]

/** The whole row as the selected one: what tells how a thing is keeps its tone. */
export function select(line: Line, width: number): Line {
  const padding: Span = [' '.repeat(Math.max(0, width - lineWidth(line)))]
  return [...line, padding].map(([text, tone]) => [text, telling.has(tone) ? tone : 'plain', true])
}

const telling = new Set<Tone | undefined>(['ok', 'warn', 'crit'])

export const plain = (line: Line): string => line.map(([text]) => text).join('')

/** A rule with a title in it. */
export const rule = (title: string, width: number, theme: Theme): Line =>
  ruled([[title, 'dim']], width, theme)

/** The same with a title in several tones. */
export const ruled = (title: Line, width: number, theme: Theme): Line => {
  const { line } = theme.glyphs
  const before: Line = [[`${line.repeat(2)} `, 'dim'], ...title, [' ']]
  return [...before, [line.repeat(Math.max(0, width - lineWidth(before))), 'dim']]
}

/** A row as the terminal gets it, never wider than it should be; neighbours of one tone are one piece. */
export function paintLine(line: Line, width: number, theme: Theme): string {
  let painted = ''
  let piece = ''
  let tone: Tone | undefined
  let selected = false
  const finish = () => {
    const toned = tone === undefined ? piece : theme.paint(piece, tone)
    painted += selected ? theme.paint(toned, 'selected') : toned
    piece = ''
  }
  for (const [text, own, chosen = false] of clip(line, width, theme.glyphs.ellipsis)) {
    if (own !== tone || chosen !== selected) finish()
    tone = own
    selected = chosen
    piece += text
  }
  finish()
  return painted
}
