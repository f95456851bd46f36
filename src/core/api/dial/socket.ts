import { connect, isIP, type NetConnectOpts, type Socket } from 'node:net'
import { UserError } from '../../errors.ts'
import type { OpenRoute, Route } from './index.ts'
import { plainTrouble, tlsTrouble } from './tls-words.ts'

/** `unix://PATH`: a daemon on this machine. */
export const unix: OpenRoute = path => ({
  authority: 'localhost',
  origin: 'http://localhost',
  address: `unix ${path}`,
  target: path => path,
  headers: {},
  dial: signal => connected({ path }, signal),
  explain: async () => undefined,
  close: async () => {},
})

/** `tcp://HOST:PORT`: our daemon with `--listen`; Cilium's own serves no more than /hello there. */
export const tcp: OpenRoute = (rest, { token, tls, byProxy }) => {
  const authority = rest.replace(/\/.*$/, '')
  const url = URL.parse(`http://${authority}`)
  if (!url || url.hostname === '' || url.username !== '') throw noHost(rest, authority)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(url.port || '80')
  let newest: Socket | undefined
  const route: Route = {
    authority,
    origin: `${tls ? 'https' : 'http'}://${authority}`,
    address: `tcp ${url.hostname}:${port}`,
    target: path => path,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    async dial(signal) {
      const socket = await connected({ host, port }, signal)
      newest = socket
      if (!tls) return socket
      const { connect: connectTls } = await import('node:tls')
      const servername = isIP(host) === 0 ? { servername: host } : {}
      const secure = connectTls({ ...defined(tls), ...servername, socket, host })
      return ready(secure, 'secureConnect', signal)
    },
    explain: async error =>
      tls ? tlsTrouble(error, host, tls) : newest && plainTrouble(error, newest),
    close: async () => {},
  }
  return byProxy && !tls ? byProxy(route) : route
}

/** In the words of Go's url.Parse, where they are known. */
function noHost(rest: string, authority: string): UserError {
  const parsing = `parse ${JSON.stringify(`tcp://${rest}`)}:`
  if (authority.includes(' ')) {
    return new UserError(`${parsing} invalid character " " in host name`)
  }
  const [port] = /:[^\]:]*$/.exec(authority) ?? []
  if (port && !/^:\d*$/.test(port)) {
    return new UserError(`${parsing} invalid port ${JSON.stringify(port)} after host`)
  }
  return new UserError(`invalid host format 'tcp://${rest}'`)
}

/** `tcps://HOST:PORT`: the same, encrypted. */
export const tcps: OpenRoute = (rest, access) => tcp(rest, { ...access, tls: access.tls ?? {} })

const defined = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** A connection to a socket; rejects with the system's error or the signal's reason. */
export const connected = (options: NetConnectOpts, signal: AbortSignal): Promise<Socket> =>
  ready(connect(options), 'connect', signal)

function ready(socket: Socket, event: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const abort = () => socket.destroy(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    socket.once('close', () => signal.removeEventListener('abort', abort))
    socket.once('error', reject)
    socket.once(event, () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
