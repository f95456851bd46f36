import type { Snapshot } from '../../../core/model/snapshot.ts'
import { blank, type Line, parts, type Span, spread } from '../line.ts'
import { figuresOf, wayTexts, wayWords } from '../prober-facts.ts'
import { padEnd } from '../text.ts'
import type { Shown } from './shown.ts'

const titleWidth = 26

/** All that the prober tells of itself. */
export function proberLines({ board }: Shown): readonly Line[] {
  const { prober } = board.snapshot
  if (prober === undefined) return [[['Whoever probes does not tell of itself.', 'dim']]]
  return [
    ...wayTexts(prober).map(([title, text]) => line(title, [text])),
    blank,
    ...figuresOf(prober).map(({ title, text, tone }) => line(title, [text, tone])),
  ]
}

const line = (title: string, value: Span): Line => [[padEnd(title, titleWidth), 'dim'], value]

export const proberTitle = (width: number): Line =>
  spread([['This prober', 'bold']], [['Esc closes', 'dim']], width)

/** How it probes and how it fares, in the header of a large screen; what warns comes first. */
export function proberLine({ prober }: Snapshot, width: number): readonly Line[] {
  if (prober === undefined) return []
  const figures = figuresOf(prober).filter(({ brief }) => brief !== '')
  const told = [
    ...figures.filter(({ tone }) => tone !== undefined),
    ...figures.filter(({ tone }) => tone === undefined),
  ].map(({ brief, tone }): Span => [brief, tone ?? 'dim'])
  return [parts([...wayWords(prober), ...told], width)]
}
