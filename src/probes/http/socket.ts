import { connect } from 'node:net'
import { createErrands, type ErrandResult } from '../errands.ts'
import type { Method, Report } from '../method.ts'
import type { Peer } from '../peer.ts'
import { reasonOf } from '../reasons.ts'
import { detailOfEnd, readHead } from './head.ts'
import { askBoth, createHelloBook, type HelloPath, requestText } from './hello.ts'

/** HTTP over Node's sockets, where native ones cannot be had: this process's clock takes the times. */
export function createSocketHttp(port: number, timeoutMs: number, report: Report): Method {
  const book = createHelloBook()
  return createErrands({
    kind: 'http',
    ability: { kind: 'ready', method: 'node sockets', clock: 'process' },
    most: { young: 32, running: 1024 },
    timeoutMs,
    report,
    run: (peer, signal) => askBoth(book, peer, path => ask(peer, port, path, signal)),
    forget: slot => book.forget(slot),
  })
}

function ask(
  peer: Peer,
  port: number,
  path: HelloPath,
  signal: AbortSignal,
): Promise<ErrandResult> {
  const { promise, resolve } = Promise.withResolvers<ErrandResult>()
  const beganMs = performance.now()
  const socket = connect({ host: peer.ip, port, noDelay: true, signal })
  let connectNs = 0
  let rttNs = 0
  let text = ''
  const finish = (result: ErrandResult) => {
    socket.destroy()
    resolve(result)
  }
  const fail = (error: NodeJS.ErrnoException) =>
    finish({ kind: 'failure', reason: reasonOf(error.code ?? ''), detail: '' })

  socket.setEncoding('latin1')
  socket.on('error', fail)
  socket.on('connect', () => {
    connectNs = Math.round((performance.now() - beganMs) * 1e6)
    socket.write(requestText(peer, port, path))
  })
  socket.on('data', (chunk: string) => {
    if (text === '') rttNs = Math.round((performance.now() - beganMs) * 1e6)
    text += chunk
    const head = readHead(text)
    if (head.kind === 'garbage')
      finish({ kind: 'failure', reason: 'bad-reply', detail: head.detail })
    else if (head.kind === 'complete' && head.status === 200)
      finish({ kind: 'reply', atMs: Date.now(), rttNs, connectNs, clock: 'process' })
    else if (head.kind === 'complete')
      finish({ kind: 'failure', reason: 'bad-status', detail: head.detail })
  })
  socket.on('end', () => finish({ kind: 'failure', reason: 'closed', detail: detailOfEnd(text) }))
  return promise
}
