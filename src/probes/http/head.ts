import { malformedText } from '../../core/model/go-quote.ts'

/** What the beginning of an answer says so far. */
export type Head =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'complete'; readonly status: number; readonly detail: string }
  /** No HTTP. `detail`: its first line as Go quotes it, or what Go finds wrong; safe to show. */
  | { readonly kind: 'garbage'; readonly detail: string }

/** A head longer than this is no answer but an attack. */
export const mostHeadBytes = 16 * 1024
const mostShown = 128

/** Announcements of the answer (100 Continue) come before it; 101 is an answer. */
const announcements = /^(?:HTTP\/\d\.\d 1(?!01)\d\d[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n)+/

/** Reads the status line of an answer whose headers are complete (text: one character a byte). */
export function readHead(text: string): Head {
  const answer = text.replace(announcements, '')
  if (!'HTTP/'.startsWith(answer.slice(0, 5))) return garbage(answer)
  const match = /^HTTP\/\d\.\d (\d{3})(?: ([^\r\n]*))?\r?\n/.exec(answer)
  if (!match && answer.includes('\n')) return garbage(answer)
  if (match && /\n\r?\n/.test(answer)) {
    const [, status = '', phrase = ''] = match
    return { kind: 'complete', status: Number(status), detail: shown(`${status} ${phrase}`) }
  }
  if (text.length < mostHeadBytes) return { kind: 'incomplete' }
  return { kind: 'garbage', detail: 'endless headers' }
}

/** What Go adds where the connection ends before the head does: `unexpected EOF` after its beginning. */
export const detailOfEnd = (text: string): string => (text === '' ? '' : 'unexpected EOF')

function garbage(answer: string): Head {
  const [line = ''] = answer.split(/\r?\n/, 1)
  const detail = malformedText(line.slice(0, mostShown))
  return { kind: 'garbage', detail: /^malformed HTTP response "(.*)"$/.exec(detail)?.[1] ?? detail }
}

/** Without control characters, and short. */
const shown = (text: string): string =>
  text
    .slice(0, mostShown)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
