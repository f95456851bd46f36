import { clean, cleanUpTo } from './text.ts'

/** A line of text that is being typed; the cursor stands before the text's unit of this number. */
export interface Typing {
  readonly text: string
  readonly cursor: number
}

/** More than a filter or a file's name may have. */
export const longestText = 1000

/** A text to go on typing, safe to print, with the cursor at its end. */
export function typingOf(text: string): Typing {
  const safe = cleanUpTo(text, longestText)
  return { text: safe, cursor: safe.length }
}

/** What a key makes of the line; undefined where it is none of an editor's. */
export function typed({ text, cursor }: Typing, stroke: string): Typing | undefined {
  const edit = edits[stroke] ?? insertion(stroke)
  if (edit === undefined) return undefined
  const [before, after] = edit(text.slice(0, cursor), text.slice(cursor))
  const changed = before + after
  return changed.length > longestText ? { text, cursor } : { text: changed, cursor: before.length }
}

type Edit = (before: string, after: string) => readonly [before: string, after: string]

const lastOf = (text: string): string => /.$/su.exec(text)?.[0] ?? ''
const firstOf = (text: string): string => /^./su.exec(text)?.[0] ?? ''
const without = (text: string, end: string): string => text.slice(0, text.length - end.length)
const toStart: Edit = (before, after) => ['', before + after]
const toEnd: Edit = (before, after) => [before + after, '']

const edits: Readonly<Record<string, Edit>> = {
  left: (before, after) => [without(before, lastOf(before)), lastOf(before) + after],
  right: (before, after) => [before + firstOf(after), after.slice(firstOf(after).length)],
  home: toStart,
  'ctrl+a': toStart,
  end: toEnd,
  'ctrl+e': toEnd,
  backspace: (before, after) => [without(before, lastOf(before)), after],
  delete: (before, after) => [before, after.slice(firstOf(after).length)],
  'ctrl+u': (_before, after) => ['', after],
  'ctrl+k': before => [before, ''],
  'ctrl+w': (before, after) => [before.replace(/\S+\s*$/, ''), after],
}

function insertion(stroke: string): Edit | undefined {
  const character = stroke === 'space' ? ' ' : stroke
  if ([...character].length !== 1) return undefined
  return (before, after) => [before + clean(character), after]
}
