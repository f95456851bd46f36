import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

const answer = (status: string) =>
  `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`

/** Ways for a responder to behave. Each gets the connection and what the prober sent. */
export const behaviours = {
  healthy: (socket: Socket) => socket.end(answer('200 OK')),
  late: (socket: Socket) => void setTimeout(() => socket.end(answer('200 OK')), 150),
  hanging: () => {},
  closing: (socket: Socket) => socket.end(),
  resetting: (socket: Socket) => socket.resetAndDestroy(),
  ssh: (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  endless: (socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    const line = `X-Filler: ${'x'.repeat(1000)}\r\n`
    const more = () => {
      while (socket.writable && socket.write(line));
    }
    socket.on('drain', more)
    more()
  },
  /** They end what they have to say when one second, the probers' timeout in tests, is over. */
  trickling: (socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    setTimeout(() => socket.end('\r\n'), 1000)
  },
  closingLate: (socket: Socket) => void setTimeout(() => socket.end(), 1000),
  resettingLate: (socket: Socket) => void setTimeout(() => socket.resetAndDestroy(), 1000),
  unhealthy: (socket: Socket) => socket.end(answer('503 Service Unavailable')),
  strange: (socket: Socket) => socket.end(answer('404 Not Found')),
  /** Cilium until 1.5. */
  old: (socket: Socket, request: string) =>
    socket.end(answer(request.startsWith('GET /v1beta/hello ') ? '200 OK' : '404 Not Found')),
} satisfies Record<string, (socket: Socket, request: string) => void>

export type Behaviour = keyof typeof behaviours

export interface Responders {
  readonly port: number
  /** Requests received so far: `GET /hello HTTP/1.1\r\nHost: …`, by address. */
  readonly requests: ReadonlyMap<string, readonly string[]>
  close(): Promise<void>
}

/** Real responders on loopback addresses, all on one port, each with its behaviour. */
export async function openResponders(
  plan: Readonly<Record<string, Behaviour>>,
): Promise<Responders> {
  const requests = new Map<string, string[]>()
  const sockets = new Set<Socket>()
  const servers: Server[] = []
  let port = 0
  for (const [address, behaviour] of Object.entries(plan)) {
    const server = createServer(socket => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket)).on('error', () => {})
      socket.once('data', data => {
        requests.set(address, [...(requests.get(address) ?? []), data.toString()])
        behaviours[behaviour](socket, data.toString())
      })
    })
    server.listen({ host: address, port, backlog: 1024 })
    await once(server, 'listening')
    const bound = server.address()
    port = typeof bound === 'object' && bound ? bound.port : port
    servers.push(server)
  }
  return {
    port,
    requests,
    async close() {
      for (const socket of sockets) socket.destroy()
      await Promise.all(servers.map(server => new Promise(done => server.close(done))))
    },
  }
}
