import type { NodeState } from './state.ts'

export const themeNames = [
  'default',
  'light',
  'colorblind',
  'tritan',
  'high-contrast',
  'mono',
] as const
export type ThemeName = (typeof themeNames)[number]

export interface Look {
  readonly theme: ThemeName
  readonly color: boolean
  readonly ascii: boolean
}

/** What a piece of text means. Never colour alone: each is told by a word or a glyph too. */
export type Tone =
  | 'plain'
  | 'ok'
  | 'warn'
  | 'crit'
  | 'dim'
  | 'info'
  | 'bold'
  | 'heading'
  | 'sorted'
  | 'selected'
  | 'banner'

/** SGR codes of a tone, in the order of opening. */
type Palette = Readonly<Record<Tone, readonly string[]>>

const bold = '1'
const dim = '2'
const underline = '4'
const reverse = '7'

const mono: Palette = {
  plain: [],
  ok: [],
  warn: [bold],
  // Not reversed: that is the selection.
  crit: [bold, underline],
  dim: [dim],
  info: [],
  bold: [bold],
  heading: [underline],
  sorted: [bold, underline],
  selected: [underline, reverse],
  banner: [bold, reverse],
}
const ansi: Palette = {
  ...mono,
  selected: [reverse],
  ok: ['32'],
  warn: [bold, '33'],
  crit: [bold, '31'],
  info: ['36'],
  sorted: [bold, underline, '36'],
  banner: [bold, '97', '41'],
}

// The 16 ANSI colours follow the terminal's own theme; only the named palettes fix theirs.
const palettes: Readonly<Record<ThemeName, Palette>> = {
  default: ansi,
  light: {
    ...ansi,
    warn: [bold, '35'],
    info: ['34'],
    sorted: [bold, underline, '34'],
  },
  colorblind: {
    ...ansi,
    ok: ['38;5;39'],
    warn: [bold, '38;5;214'],
    crit: [bold, '38;5;202'],
    info: ['38;5;39'],
    sorted: [bold, underline, '38;5;39'],
    banner: [bold, '38;5;16', '48;5;202'],
  },
  tritan: {
    ...ansi,
    ok: ['38;5;37'],
    warn: [bold, '38;5;211'],
    crit: [bold, '38;5;196'],
    info: ['38;5;37'],
    sorted: [bold, underline, '38;5;37'],
  },
  'high-contrast': {
    ...ansi,
    ok: [bold, '92'],
    warn: [bold, '93'],
    crit: [bold, '97', '41'],
    dim: [],
    info: [bold, '96'],
    sorted: [bold, underline, '96'],
  },
  mono,
}

const closing = (code: string): string => {
  if (code === bold || code === dim) return '22'
  if (code === underline) return '24'
  if (code === reverse) return '27'
  return /^4[0-9]|^10[0-7]/.test(code) && code !== underline ? '49' : '39'
}

export interface Glyphs {
  readonly states: Readonly<Record<NodeState, string>>
  readonly levels: readonly string[]
  readonly lost: string
  readonly ellipsis: string
  readonly up: string
  readonly down: string
  readonly line: string
  readonly wall: string
  readonly braille: boolean
}

const unicode: Glyphs = {
  states: { down: '✗', loss: '◆', slow: '▲', stale: '○', new: '?', ok: '●' },
  levels: [...'▁▂▃▄▅▆▇█'],
  lost: '×',
  ellipsis: '…',
  up: '▲',
  down: '▼',
  line: '─',
  wall: '│',
  braille: true,
}
const ascii: Glyphs = {
  states: { down: 'X', loss: '%', slow: '!', stale: '-', new: '?', ok: '.' },
  levels: [...'_.:-=+*#'],
  lost: 'x',
  ellipsis: '~',
  up: '^',
  down: 'v',
  line: '-',
  wall: '|',
  braille: false,
}

/** No codes at all, for output that is no terminal. */
export const uncoded = (text: string): string => text

export interface Theme {
  readonly paint: (text: string, tone: Tone) => string
  readonly glyphs: Glyphs
}

/** How things look: a palette and a set of glyphs. Without colour only weight and reverse are left. */
export function createTheme(look: Look): Theme {
  const palette = look.color ? palettes[look.theme] : mono
  const pairs = new Map(
    Object.entries(palette).map(([tone, codes]) => [
      tone,
      {
        on: codes.map(code => `\x1b[${code}m`).join(''),
        off: codes.map(code => `\x1b[${closing(code)}m`).join(''),
      },
    ]),
  )
  return {
    glyphs: look.ascii ? ascii : unicode,
    paint: (text, tone) => {
      const pair = pairs.get(tone)
      return pair === undefined || text === '' ? text : pair.on + text + pair.off
    },
  }
}
