import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { UserError } from '../../errors.ts'
import type { OpenRoute } from './index.ts'

/** `unix://PATH`: a daemon on this machine. */
export const unix: OpenRoute = path => ({
  authority: 'localhost',
  address: `unix ${path}`,
  dial: signal => connected({ path }, signal),
  close: async () => {},
})

/** `tcp://HOST:PORT`: unencrypted; Cilium's own daemon serves no more than /hello there. */
export const tcp: OpenRoute = rest => {
  const authority = rest.replace(/\/.*$/, '')
  const url = URL.parse(`http://${authority}`)
  if (!url || url.hostname === '') throw new UserError(`invalid host format 'tcp://${rest}'`)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(url.port || '80')
  return {
    authority,
    address: `tcp ${url.hostname}:${port}`,
    dial: signal => connected({ host, port }, signal),
    close: async () => {},
  }
}

function connected(options: NetConnectOpts, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(options)
    const abort = () => socket.destroy(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    socket.once('close', () => signal.removeEventListener('abort', abort))
    socket.once('error', reject)
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
