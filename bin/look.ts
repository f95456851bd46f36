import type { ThemeName } from '../src/ui/top/theme.ts'

export interface LookFlags {
  readonly theme: ThemeName
  readonly color: 'auto' | 'always' | 'never'
  readonly ascii?: boolean
}

/** Whether a screen can be drawn: on a terminal that understands more than plain text. */
export const isScreen = (): boolean => process.stdout.isTTY && process.env.TERM !== 'dumb'

/** `--color` goes before NO_COLOR, that before what the terminal can do. */
export function lookOf({ theme, color, ascii }: LookFlags) {
  const asked = { always: true, never: false, auto: undefined }[color]
  const locale = process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || ''
  return {
    theme,
    color: asked ?? (!process.env.NO_COLOR && isScreen()),
    ascii: ascii ?? !/utf-?8/i.test(locale),
  }
}
