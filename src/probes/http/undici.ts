import { Client } from 'undici'
import { goEscaped } from '../../core/model/go-quote.ts'
import { createErrands, type ErrandResult } from '../errands.ts'
import type { Method, Report } from '../method.ts'
import type { Peer } from '../peer.ts'
import { reasonOf } from '../reasons.ts'
import { askBoth, createHelloBook, type HelloPath, hostOf, userAgent } from './hello.ts'

/** HTTP through undici: the measure for the others, and a last way. */
export function createUndiciHttp(port: number, timeoutMs: number, report: Report): Method {
  const book = createHelloBook()
  return createErrands({
    kind: 'http',
    ability: { kind: 'ready', method: 'undici', clock: 'process' },
    most: { young: 32, running: 1024 },
    timeoutMs,
    report,
    run: (peer, signal) => askBoth(book, peer, path => ask(peer, port, path, signal)),
    forget: slot => book.forget(slot),
  })
}

async function ask(
  peer: Peer,
  port: number,
  path: HelloPath,
  signal: AbortSignal,
): Promise<ErrandResult> {
  const client = new Client(`http://${hostOf(peer, port)}`, { pipelining: 0 })
  // A signal alone does not end a request that still connects.
  const hangUp = () => void client.destroy()
  signal.addEventListener('abort', hangUp)
  const beganMs = performance.now()
  try {
    const headers = { 'user-agent': userAgent }
    const { statusCode, statusText, body } = await client.request({ method: 'GET', path, headers })
    const rttNs = Math.round((performance.now() - beganMs) * 1e6)
    body.on('error', () => {}) // cut off by us: the head was all we asked for
    if (statusCode === 200) return { kind: 'reply', atMs: Date.now(), rttNs, clock: 'process' }
    return {
      kind: 'failure',
      reason: 'bad-status',
      detail: `${statusCode} ${statusText}`.slice(0, 40),
    }
  } catch (error) {
    return failureOf(error)
  } finally {
    signal.removeEventListener('abort', hangUp)
    hangUp()
  }
}

function failureOf(error: unknown): ErrandResult {
  const { code = '', name, message } = error as NodeJS.ErrnoException
  if (code === 'UND_ERR_SOCKET') return { kind: 'failure', reason: 'closed', detail: '' }
  if (name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW')
    return { kind: 'failure', reason: 'bad-reply', detail: goEscaped(message.slice(0, 40)) }
  return { kind: 'failure', reason: reasonOf(code), detail: '' }
}
