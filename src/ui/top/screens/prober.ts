import type { ProberState } from '../../../core/model/prober.ts'
import type { Snapshot } from '../../../core/model/snapshot.ts'
import { blank, type Line, parts, type Span, spread } from '../line.ts'
import { figuresOf, wayTexts, wayWords } from '../prober-facts.ts'
import { padEnd, wrap } from '../text.ts'
import type { Shown } from './shown.ts'

const titleWidth = 26
/** On narrower screens titles have no column of their own. */
const roomForTitles = 60

/** All that the prober tells of itself. */
export function proberLines({ board, theme }: Shown, width: number): readonly Line[] {
  const { prober } = board.snapshot
  if (prober === undefined) return [[['Whoever probes does not tell of itself.', 'dim']]]
  const told = (title: string, [text, tone]: Span): readonly Line[] =>
    width < roomForTitles
      ? wrap(`${title}: ${text}`, width, theme.glyphs.ellipsis).map((line): Line => [[line, tone]])
      : [
          [
            [padEnd(title, titleWidth), 'dim'],
            [text, tone],
          ],
        ]
  return [
    ...wayTexts(prober).flatMap(([title, text]) => told(title, [text])),
    blank,
    ...figuresOf(prober).flatMap(({ title, text, tone }) => told(title, [text, tone])),
  ]
}

export const proberTitle = ({ theme }: Shown, width: number): Line =>
  spread([['This prober', 'bold']], [['Esc closes', 'dim']], width, theme)

/** Its rate and its budget. */
export const paceSpan = ({ probesPerSecond, maxProbesPerSecond }: ProberState): Span => [
  `${Math.round(probesPerSecond)}/${Math.round(maxProbesPerSecond)} probes/s`,
  'dim',
]

/** How it probes and how it fares, in the header of a large screen; what warns and its pace come first. */
export function proberLine({ prober }: Snapshot, width: number): readonly Line[] {
  if (prober === undefined) return []
  const figures = figuresOf(prober).filter(({ brief }) => brief !== '')
  const told = (warns: boolean) =>
    figures
      .filter(({ tone }) => (tone !== undefined) === warns)
      .map(({ brief, tone }): Span => [brief, tone ?? 'dim'])
  return [parts([...wayWords(prober), ...told(true), paceSpan(prober), ...told(false)], width)]
}
