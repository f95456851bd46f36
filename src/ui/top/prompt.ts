import type { Line } from './line.ts'
import { cut, head, padEnd, padStart, tail, widthOf } from './text.ts'
import type { Glyphs } from './theme.ts'
import type { Typing } from './typing.ts'
import type { View } from './view.ts'

/** A line that is being typed, and the sign before it. */
export interface Prompt extends Typing {
  readonly sign: string
}

/** The prompt that is open; undefined while keys are no text. */
export function promptOf({ draft, dialog }: View): Prompt | undefined {
  if (draft !== undefined) return { ...draft, sign: '/' }
  if (dialog?.kind === 'palette') return { ...dialog, sign: ':' }
  if (dialog?.kind === 'help' && dialog.search !== undefined) return { ...dialog.search, sign: '/' }
  if (dialog?.kind === 'export' && dialog.format !== undefined) return { ...dialog, sign: 'file: ' }
  return undefined
}

/** The prompt with its cursor; of a line that is too long, what is around the cursor. */
export function promptLine(prompt: Prompt, width: number, glyphs: Glyphs): Line {
  const { sign, text, cursor } = prompt
  const { from, to } = windowOf(prompt, width)
  return [
    [sign, 'bold'],
    [from > 0 ? glyphs.ellipsis : '', 'dim'],
    [text.slice(from, cursor)],
    [glyphs.braille ? '▏' : '_', 'bold'],
    [text.slice(cursor, to)],
    [to < text.length ? glyphs.ellipsis : '', 'dim'],
  ]
}

/** Points from the line below at a place of the prompt's text; the words go where there is room. */
export function markLine(
  prompt: Prompt,
  { at, message }: { readonly at: number; readonly message: string },
  width: number,
  glyphs: Glyphs,
): Line {
  const column = columnOf(prompt, at, width)
  const [left, right] = [column - 1, width - column - 2]
  const needed = widthOf(message)
  const behind = needed <= right || right >= left
  const text = behind
    ? `${padEnd('', column)}^ ${cut(message, right, glyphs.ellipsis)}`
    : `${padStart(cut(message, left, glyphs.ellipsis), left)} ^`
  return [[text, 'warn']]
}

/** The screen's column of a place of the text, or of the nearest one that is shown. */
function columnOf(prompt: Prompt, at: number, width: number): number {
  const { sign, text, cursor } = prompt
  const { from, to } = windowOf(prompt, width)
  const place = Math.max(from, Math.min(at, to))
  const before = widthOf(sign) + (from > 0 ? 1 : 0) + (place > cursor ? 1 : 0)
  return before + widthOf(text.slice(from, place))
}

/** From where to where the text is shown: a quarter of the room is for what follows the cursor. */
function windowOf({ sign, text, cursor }: Prompt, width: number) {
  const room = width - widthOf(sign) - 1
  if (widthOf(text) <= room) return { from: 0, to: text.length }
  // One column at each end tells that there is more.
  const inner = Math.max(1, room - 2)
  const after = head(text.slice(cursor), inner >> 2)
  const before = tail(text.slice(0, cursor), inner - widthOf(after))
  const from = cursor - before.length
  return { from, to: from === 0 ? head(text, inner).length : cursor + after.length }
}
