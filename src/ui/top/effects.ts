import type { Feed } from './compose.ts'
import { clipboardCode, copyText } from './copy.ts'
import { exportText, writeNew } from './export.ts'
import { count } from './format.ts'
import { mouseOff, mouseOn } from './mouse.ts'
import type { Effect } from './press.ts'
import type { Probing } from './probing.ts'
import type { Shown } from './screens/shown.ts'
import { sheetOf } from './sheet.ts'
import type { Message } from './view.ts'

/** What only the terminal's owner can do. */
export interface Terminal {
  quit(): void
  suspend(): void
  redraw(): void
  /** Sends codes that draw nothing: the clipboard's, the mouse's. */
  send(codes: string): void
}

export type Tell = (text: string, tone: Message['tone']) => void

interface Hands {
  readonly probing: Probing
  /** What is shown. */
  feed(): Feed
  readonly tell: Tell
  shown(): Shown
  /** Undefined before there is one. */
  terminal(): Terminal | undefined
}

/** Does what a key wants done outside the view. */
export function perform(effect: Effect, hands: Hands): void {
  switch (effect.kind) {
    case 'probe':
      hands.probing.start(effect.nodes)
      break
    case 'refetch':
      hands.tell(
        hands.feed().source.refetch?.() ? 'asked again' : 'results come by themselves',
        'info',
      )
      break
    case 'acknowledge':
      hands.feed().log.acknowledge(effect.event)
      break
    case 'copy':
      copy(effect.what, hands.shown(), hands.terminal(), hands.tell)
      break
    case 'export':
      write(effect, hands.shown(), hands.tell)
      break
    case 'tell':
      hands.tell(effect.text, 'info')
      break
    case 'mouse':
      hands.terminal()?.send(effect.on ? mouseOn : mouseOff)
      break
    default:
      hands.terminal()?.[effect.kind]()
  }
}

function copy(
  what: Parameters<typeof copyText>[1],
  shown: Shown,
  terminal: Terminal | undefined,
  tell: Tell,
): void {
  const text = copyText(shown, what)
  if (text === undefined || text === '') {
    tell('there is nothing to copy here', 'warn')
  } else {
    terminal?.send(clipboardCode(text))
    const lines = text.split('\n').length
    tell(`sent to the clipboard: ${lines > 1 ? count(lines, 'line') : text}`, 'info')
  }
}

function write(
  { format, name }: Effect & { readonly kind: 'export' },
  shown: Shown,
  tell: Tell,
): void {
  const sheet = sheetOf(shown)
  try {
    const written = writeNew(name, exportText(sheet, format))
    tell(`wrote ${count(sheet.rows.length, 'row')} to ${written}`, 'info')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // Only the file system's own refusals are the operator's to read.
    if (code === undefined) throw error
    tell(`not written: ${message}`, 'warn')
  }
}
