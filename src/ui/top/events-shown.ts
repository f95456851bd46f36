import { type HealthEvent, type Severity, severities } from '../../core/model/events.ts'
import { isFiring, kindWords, probesText, whatText } from './event-text.ts'

export interface EventChoice {
  readonly level: Severity
  readonly text: string
}

/**
 * The events of a severity or above whose line has all these words: those that nobody has acknowledged
 * and that last, then the acknowledged ones, then what is over. Computed again when either changes.
 */
export function createEventChooser(): (
  events: readonly HealthEvent[],
  choice: EventChoice,
) => readonly HealthEvent[] {
  let last: { events: readonly HealthEvent[]; choice: EventChoice; shown: readonly HealthEvent[] }
  return (events, choice) => {
    const { level, text } = choice
    const same = last?.events === events && last.choice.level === level && last.choice.text === text
    if (!same) last = { events, choice, shown: chosen(events, choice) }
    return last.shown
  }
}

function chosen(events: readonly HealthEvent[], { level, text }: EventChoice) {
  const from = severities.indexOf(level)
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = events.filter(event => {
    if (severities.indexOf(event.severity) < from) return false
    const line = words.length === 0 ? '' : lineOf(event)
    return words.every(word => line.includes(word))
  })
  return found.toSorted((a, b) => urgency(a) - urgency(b))
}

const urgency = (event: HealthEvent): number =>
  isFiring(event) ? 0 : event.endedAtMs === undefined ? 1 : 2

const lineOf = (event: HealthEvent): string =>
  [event.nodes.join(' '), event.severity, kindWords[event.kind], probesText(event), whatText(event)]
    .join(' ')
    .toLowerCase()
