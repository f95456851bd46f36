import type { HealthEvent } from '../../../core/model/events.ts'
import {
  eventGlyph,
  isFiring,
  kindWords,
  lastedMs,
  probesText,
  severityTone,
  whatText,
} from '../event-text.ts'
import { age, clock } from '../format.ts'
import { blank, clip, fill, type Line, parts } from '../line.ts'
import { clean, cut, cutMiddle, padEnd, padStart } from '../text.ts'
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

/** The widths of node and probes; what happened takes the rest. */
const roomsOf = (width: number) => ({
  node: Math.max(8, Math.min(44, Math.floor(width * 0.25))),
  probes: width < 70 ? 0 : width < 120 ? 14 : 32,
})

export function eventsHeading(width: number): Line {
  const { node, probes } = roomsOf(width)
  const heading = `TIME     EVENT   ${padEnd('NODE', node)} ${probes > 0 ? padEnd('PROBES', probes + 1) : ''} FOR WHAT`
  return fill([[heading]], width, 'heading')
}

/** Exactly `height` events from the window's top, the newest first. */
export function eventLines(shown: Shown, width: number, height: number): readonly Line[] {
  const { events, view } = shown
  if (events.length === 0) return [blank, [[`  ${emptyText(shown)}`]]]
  return Array.from({ length: height }, (_, index) => {
    const place = view.events.top + index
    const event = events[place]
    if (event === undefined) return blank
    const line = clip(eventLine(event, shown, width), width)
    return place === view.events.at ? fill(line, width, 'selected') : line
  })
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
  const lasted = lastedMs(event, nowMs)
  const over = event.endedAtMs !== undefined
  const tone = severityTone[event.severity]
  const word = padEnd(`${eventGlyph(event, theme.glyphs)} ${kindWords[event.kind]}`, 7)
  const node = event.nodes.length > 1 ? `${event.nodes.length} nodes` : clean(event.nodes[0] ?? '')
  const note = event.acknowledged ? '[acknowledged] ' : over && lasted > 0 ? '[over] ' : ''
  return [
    [`${clock(event.atMs)} `, 'dim'],
    [`${word} `, event.acknowledged ? 'dim' : tone],
    [`${padEnd(cutMiddle(node, rooms.node, ellipsis), rooms.node)} `],
    ...(rooms.probes === 0
      ? []
      : [
          [
            `${padEnd(cut(probesText(event, width < 120), rooms.probes, ellipsis), rooms.probes)} `,
          ] as const,
        ]),
    [`${padStart(lasted > 0 ? age(lasted) : '', 4)} `, over ? 'dim' : 'plain'],
    [note, 'dim'],
    [whatText(event)],
  ]
}
