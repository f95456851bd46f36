import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { TcpListening } from './listen-tcp.ts'
import type { Answer, Operation } from './operations.ts'
import { isReadOnly, refusesName, refusesToken, wantsToken } from './tcp-words.ts'

/** Why a caller on TCP is not served; undefined if it is. */
export type Gate = (operation: Operation, request: IncomingMessage) => Answer | undefined

export function createGate({ token, tls, allowProbe }: TcpListening): Gate {
  const stranger = strangerOf(token, tls?.clientCa !== undefined)
  return (operation, request) =>
    stranger(request) ??
    (operation === 'PutStatusProbe' && !allowProbe ? refusal(403, isReadOnly) : undefined)
}

function strangerOf(token: string | undefined, isKnownByTls: boolean) {
  if (token !== undefined) {
    const isToken = comparedWith(token)
    return ({ headers: { authorization } }: IncomingMessage) => {
      if (authorization === undefined) return unauthorized(wantsToken)
      const isKnown = isToken(authorization.replace(/^bearer +/i, ''))
      return isKnown ? undefined : unauthorized(refusesToken)
    }
  }
  // A page of a stranger, whose name leads here, could read in the operator's browser.
  return (request: IncomingMessage) =>
    isKnownByTls || isPlainName(askedName(request)) ? undefined : refusal(403, refusesName)
}

/** Takes the same time whatever the other text is. */
function comparedWith(token: string): (other: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const expected = digest(token)
  return other => timingSafeEqual(digest(other), expected)
}

/** The name by which a caller asked, without port. */
const askedName = ({ headers }: IncomingMessage): string =>
  (headers.host ?? '').replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')

const isPlainName = (name: string) => name === '' || name === 'localhost' || isIP(name) !== 0

const refusal = (status: number, body: string): Answer => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body,
})

const unauthorized = (body: string): Answer => ({
  ...refusal(401, body),
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'WWW-Authenticate': 'Bearer' },
})
