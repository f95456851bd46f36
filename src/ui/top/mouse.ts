/** Reports of buttons, in the SGR form that has no limit of columns. */
export const mouseOn = '\x1b[?1000h\x1b[?1006h'
export const mouseOff = '\x1b[?1006l\x1b[?1000l'

export type MouseEvent =
  | { readonly kind: 'wheel'; readonly step: 1 | -1 }
  /** Column and row of the screen, from 0. */
  | { readonly kind: 'click'; readonly x: number; readonly y: number }

/** What a report from the terminal says; undefined for keys, releases and other buttons. */
export function mouseEvent(input: string): MouseEvent | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a report begins with ESC
  const [, code, x, y, end] = /^\x1b\[<(\d{1,3});(\d{1,5});(\d{1,5})([Mm])$/.exec(input) ?? []
  if (end !== 'M') return undefined
  if (code === '64' || code === '65') return { kind: 'wheel', step: code === '65' ? 1 : -1 }
  return code === '0' ? { kind: 'click', x: Number(x) - 1, y: Number(y) - 1 } : undefined
}
