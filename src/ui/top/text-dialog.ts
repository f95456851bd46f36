import type { HealthEvent } from '../../core/model/events.ts'
import { sentence } from './event-text.ts'
import { clock } from './format.ts'
import type { Dialog, Message, View } from './view.ts'

type TextDialog = Dialog & { readonly kind: 'text' }

const mostTold = 50

/** Tells something in the last line for a while, and keeps it for those who missed it. */
export function told(view: View, message: Message, nowMs: number): View {
  const line = `${clock(nowMs)} ${message.text}`
  return { ...view, message, told: [line, ...view.told].slice(0, mostTold) }
}

/** The messages told so far, newest first. */
export const messagesDialog = ({ told: lines }: View): TextDialog => ({
  kind: 'text',
  title: 'Messages',
  lines: lines.length === 0 ? ['Nothing was told yet.'] : lines,
  top: 0,
})

/** All that an event has to say. */
export const eventDialog = (event: HealthEvent, nowMs: number): TextDialog => ({
  kind: 'text',
  title: 'Event',
  lines: [`${clock(event.atMs)} ${sentence(event, nowMs)}`],
  top: 0,
})
