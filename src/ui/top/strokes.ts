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

function strokeOf(character: string): readonly string[] {
  if (character === ' ') return ['space']
  if (character === '\r' || character === '\n') return ['enter']
  return character < ' ' || character === '\x7f' ? [] : [character]
}
