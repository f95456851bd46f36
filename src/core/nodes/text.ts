import { UserError } from '../errors.ts'

/** What is wrong with a text; undefined where nothing is. */
export type FindFault = (text: string) => string | undefined

/** Throws a UserError that shows the text, if it has a fault. */
export function refuse(text: string, fault: string | undefined, hint: string): void {
  if (fault !== undefined) throw new UserError(`${quoted(text)} ${fault}`, hint)
}

/** A foreign text as it can safely stand in a message: in quotes, short, on one line. */
export const quoted = (text: string): string =>
  printable(JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text))

/** A foreign value in a message: a text in quotes, a number as it is, of anything larger its kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return 'a list'
  if (value === null || value === undefined) return 'nothing'
  return typeof value === 'object' ? 'a map' : String(value)
}

/** The text without anything that a terminal could obey: control characters become `\u{1b}`. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeCharacter)

const escapeCharacter = (character: string): string =>
  `\\u{${character.codePointAt(0)?.toString(16)}}`
