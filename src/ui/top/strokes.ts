import type { Key } from 'ink'

const named = {
  upArrow: 'up',
  downArrow: 'down',
  leftArrow: 'left',
  rightArrow: 'right',
  pageDown: 'pagedown',
  pageUp: 'pageup',
  home: 'home',
  end: 'end',
  return: 'enter',
  escape: 'escape',
  tab: 'tab',
  backspace: 'backspace',
  delete: 'delete',
} as const satisfies Partial<Record<keyof Key, string>>

/** The keys that were struck, by name. Fast typing arrives as one piece of text: a key each. */
export function strokesOf(input: string, key: Key): readonly string[] {
  for (const [property, name] of Object.entries(named)) {
    if (key[property as keyof typeof named]) return [name]
  }
  if (key.ctrl) return input === '' ? [] : [`ctrl+${input}`]
  if (key.meta) return []
  return [...input].flatMap(strokeOf)
}

const characters: Readonly<Record<string, string>> = {
  ' ': 'space',
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
}

/** In the middle of a piece of text, Ctrl-A to Ctrl-Z are the bytes 1 to 26. */
function strokeOf(character: string): readonly string[] {
  const known = characters[character]
  if (known !== undefined) return [known]
  if (character >= ' ') return [character]
  const letter = String.fromCharCode(character.charCodeAt(0) + 0x60)
  return letter >= 'a' && letter <= 'z' ? [`ctrl+${letter}`] : []
}

const letterKeys = ['P', 'Q', 'R', 'S']
const numberKeys = [11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24]

/** `f1` to `f12`, from what terminals send for them. */
export function functionKey(input: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: their codes begin with ESC
  const [, letter = '', number = ''] = /^\x1b(?:O([PQRS])|\[(\d\d)~)$/.exec(input) ?? []
  const place = letter === '' ? numberKeys.indexOf(Number(number)) : letterKeys.indexOf(letter)
  return place < 0 ? undefined : `f${place + 1}`
}
