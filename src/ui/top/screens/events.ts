import type { HealthEvent } from '../../../core/model/events.ts'
import {
  eventGlyph,
  isFiring,
  kindWords,
  lastedText,
  probesText,
  sentence,
  severityTone,
  whatText,
} from '../event-text.ts'
import { clock } from '../format.ts'
import { blank, fill, type Line, lineWidth, parts, type Span, select } from '../line.ts'
import { clean, cut, cutMiddle, padEnd, padStart, wrapUpTo } from '../text.ts'
import type { Tone } from '../theme.ts'
import type { Shown } from './shown.ts'

/** How many last, are acknowledged, are over; and who is flapping. */
export function eventsSummary({ log, nowMs }: Shown, width: number): Line {
  const lasting = log.filter(({ endedAtMs }) => endedAtMs === undefined)
  const firing = lasting.filter(isFiring)
  const over = log.filter(
    ({ atMs, endedAtMs }) =>
      endedAtMs !== undefined && endedAtMs > atMs && nowMs - endedAtMs < 3_600_000,
  )
  const flapping = lasting.filter(({ kind }) => kind === 'flapping')
  return parts(
    [
      [`${firing.length} lasting`, firing.length > 0 ? 'warn' : 'plain'],
      [`${lasting.length - firing.length} acknowledged`, 'dim'],
      [`${over.length} over in the last hour`, 'dim'],
      [`${flapping.length} flapping`, flapping.length > 0 ? 'warn' : 'dim'],
    ],
    width,
  )
}

/** The columns' widths, 0 for those that a narrow screen has no room for; what happened takes the rest. */
const roomsOf = (width: number) => ({
  time: width < 36 ? 0 : width < 60 ? 5 : 8,
  event: 7,
  node: Math.max(12, Math.min(44, Math.floor(width * 0.25))),
  probes: width < 70 ? 0 : width < 120 ? 14 : 32,
  lasted: width < 36 ? 0 : 5,
})

/** A cell and the blank behind it; nothing where it has no room. */
const cell = (text: string, room: number, tone?: Tone): readonly Span[] =>
  room === 0 ? [] : [[`${padEnd(text, room)} `, tone]]

export function eventsHeading(width: number): Line {
  const { time, event, node, probes, lasted } = roomsOf(width)
  const line = [
    ...cell('TIME', time),
    ...cell('EVENT', event),
    ...cell('NODE', node),
    ...cell('PROBES', probes),
    ...cell(padStart('FOR', lasted), lasted),
  ]
  return fill([...line, ['WHAT']], width, 'heading')
}

/** Exactly `height` events from the window's top, the newest first. */
export function eventLines(shown: Shown, width: number, height: number): readonly Line[] {
  const { events, view } = shown
  if (events.length === 0) return [blank, [[`  ${emptyText(shown)}`]]]
  return Array.from({ length: height }, (_, index) => {
    const place = view.events.top + index
    const event = events[place]
    if (event === undefined) return blank
    const line = eventLine(event, shown, width)
    return place === view.events.at ? select(line, width) : line
  })
}

/** The selected event at length: always two lines, so that the list stands still. */
export function eventPreview(
  { events, view, nowMs, theme }: Shown,
  width: number,
): readonly Line[] {
  const event = events[view.events.at]
  const text = event === undefined ? '' : `${clock(event.atMs)} ${sentence(event, nowMs)}`
  const [first = '', second = ''] = wrapUpTo(text, width, 2, theme.glyphs.ellipsis)
  return [[[first]], [[second]]]
}

const emptyText = ({ log, view }: Shown): string =>
  log.length === 0
    ? 'Nothing has happened since this screen was opened.'
    : `No event of severity "${view.events.level}" or above${
        view.events.text === '' ? '' : ` has "${clean(view.events.text)}" in it`
      }.`

function eventLine(event: HealthEvent, { theme, nowMs }: Shown, width: number): Line {
  const { ellipsis } = theme.glyphs
  const rooms = roomsOf(width)
  const lasted = lastedText(event, nowMs)
  const over = event.endedAtMs !== undefined
  const tone = event.acknowledged ? 'dim' : severityTone[event.severity]
  const word = `${eventGlyph(event, theme.glyphs)} ${kindWords[event.kind]}`
  const node = event.nodes.length > 1 ? `${event.nodes.length} nodes` : clean(event.nodes[0] ?? '')
  const note = event.acknowledged ? '[acknowledged]' : over && lasted !== '' ? '[over]' : ''
  const probes = probesText(event, width < 120)
  const about = [
    ...cell(cutMiddle(node, rooms.node, ellipsis), rooms.node),
    ...cell(cut(probes, rooms.probes, ellipsis), rooms.probes),
    ...cell(padStart(lasted, rooms.lasted), rooms.lasted, over ? 'dim' : 'plain'),
  ]
  // What is of no node, a source's, is told across the columns.
  const of = node + probes
  const line = [
    ...cell(clock(event.atMs).slice(0, rooms.time), rooms.time, 'dim'),
    ...cell(word, rooms.event, tone),
    ...(of === '' ? cell(lasted, lasted.length) : about),
    ...cell(note, note.length, 'dim'),
  ]
  return [...line, [cut(whatText(event), Math.max(0, width - lineWidth(line)), ellipsis)]]
}
