/** What the beginning of an answer says so far. */
export type Head =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'complete'; readonly status: number; readonly detail: string }
  /** No HTTP. `detail`: its first characters, safe to show. */
  | { readonly kind: 'garbage'; readonly detail: string }

/** A head longer than this is no answer but an attack. */
export const mostHeadBytes = 16 * 1024

const incomplete: Head = { kind: 'incomplete' }

/** Reads the status line of an answer whose headers are complete (text: one character a byte). */
export function readHead(text: string): Head {
  if (!'HTTP/1.'.startsWith(text.slice(0, 7))) return garbage(text)
  const match = /^HTTP\/1\.\d (\d{3})(?: ([^\r\n]*))?\r?\n/.exec(text)
  if (!match) return /[\n]/.test(text) || text.length > 256 ? garbage(text) : incomplete
  if (!/\n\r?\n/.test(text))
    return text.length < mostHeadBytes ? incomplete : garbage('endless headers')
  const [, status = '', phrase = ''] = match
  return { kind: 'complete', status: Number(status), detail: shown(`${status} ${phrase}`) }
}

const garbage = (text: string): Head => ({ kind: 'garbage', detail: shown(text) })

/** Without control characters, and short. */
const shown = (text: string): string =>
  text
    .slice(0, 40)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
