import { once } from 'node:events'
import { createServer as createHttpServer, get } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

/** How a responder behaves. `absent`: nobody listens there. */
export type Manner = 'ready' | 'absent' | 'slow' | 'flapping' | 'hanging' | 'lossy'

export interface Rhythm {
  /** Slow responders answer well at first, for so long; */
  readonly slowAfterMs: number
  /** then for so long */
  readonly slowForMs: number
  /** so much later; */
  readonly slowByMs: number
  /** and all that again after so long: well for most of it, since that is what slow is told by. */
  readonly slowEveryMs: number
  /** Flapping ones open and close after a random time between these. */
  readonly flapMinMs: number
  readonly flapMaxMs: number
  /** The share of connections that lossy ones drop. */
  readonly dropRatio: number
}

export interface ResponderOrder {
  readonly addresses: readonly { readonly ip: string; readonly manner: Manner }[]
  readonly port?: number
  readonly rhythm: Rhythm
}

export type ResponderReport =
  | { readonly kind: 'open'; readonly port: number }
  | { readonly kind: 'failed'; readonly where: string; readonly code: string }

const usualPort = 4240
/** A prober's timeout is 10 s at most. */
const idleMs = 15_000
const maxConnections = 64

type Listener = (socket: Socket) => void
interface Responder {
  readonly ip: string
  readonly manner: Manner
  readonly server: Server
}

/** Runs in a worker thread until that is ended: one listener an address, never the wildcard. */
parentPort?.postMessage(await open(workerData as ResponderOrder))

async function open(order: ResponderOrder): Promise<ResponderReport> {
  const report = await openAt(order.port ?? usualPort, order)
  return order.port === undefined && report.kind === 'failed' && report.code === 'EADDRINUSE'
    ? await openAt(0, order)
    : report
}

/** Port 0 becomes the port that the first listener gets. */
async function openAt(port: number, order: ResponderOrder): Promise<ResponderReport> {
  const manners = mannersWith(order.rhythm)
  const opened: Responder[] = []
  let taken = port
  for (const { ip, manner } of order.addresses) {
    const answer = manners[manner]
    if (answer === undefined) continue
    const server = createResponder(answer)
    const code = await listen(server, ip, taken)
    if (code !== undefined) {
      for (const responder of opened) responder.server.close()
      return { kind: 'failed', where: `${ip}:${taken}`, code }
    }
    taken = (server.address() as AddressInfo).port
    opened.push({ ip, manner, server })
  }
  return begin(opened, taken, order.rhythm)
}

async function begin(
  opened: readonly Responder[],
  port: number,
  rhythm: Rhythm,
): Promise<ResponderReport> {
  for (const responder of opened) if (responder.manner === 'flapping') flap(responder, port, rhythm)
  const ready = opened.find(responder => responder.manner === 'ready')
  const code = ready && (await warmUp(ready.ip, port))
  return code === undefined
    ? { kind: 'open', port }
    : { kind: 'failed', where: `${ready?.ip}:${port}`, code }
}

/**
 * The first answers of a cold process take tens of milliseconds, and are no node's doing. The error's
 * code, if there is no way to it.
 */
async function warmUp(host: string, port: number): Promise<string | undefined> {
  try {
    for (let turn = 0; turn < 8; turn += 1) {
      const [answer] = await once(get({ host, port, path: '/hello', agent: false }), 'response')
      answer.resume()
    }
    return undefined
  } catch (error) {
    return codeOf(error)
  }
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}

function createResponder(answer: Listener): Server {
  const server = createServer({ noDelay: true }, socket => {
    socket.setTimeout(idleMs, () => socket.destroy())
    // The other side may vanish at any time.
    socket.on('error', () => socket.destroy())
    answer(socket)
  })
  server.maxConnections = maxConnections
  // Accepting may fail too, when files run out. To the prober that is a node that does not answer.
  server.on('error', () => undefined)
  return server
}

/** The error's code, if it cannot. */
async function listen(server: Server, ip: string, port: number): Promise<string | undefined> {
  server.listen({ host: ip, port, backlog: maxConnections })
  try {
    await once(server, 'listening')
    return undefined
  } catch (error) {
    return codeOf(error)
  }
}

function mannersWith(rhythm: Rhythm): Readonly<Record<Manner, Listener | undefined>> {
  const ready = serveHello(() => 0)
  return {
    absent: undefined,
    ready,
    slow: serveHello(slownessOf(rhythm)),
    flapping: ready,
    // Reads, so as to notice the end.
    hanging: socket => socket.resume(),
    lossy: socket => (Math.random() < rhythm.dropRatio ? socket.resetAndDestroy() : ready(socket)),
  }
}

/** Cilium's responder: `/hello` is there, by any method, and nothing else. */
function serveHello(delayMs: () => number): Listener {
  const server = createHttpServer((request, response) => {
    response.statusCode = request.url?.split('?')[0] === '/hello' ? 200 : 404
    const ms = delayMs()
    if (ms === 0) response.end()
    else setTimeout(() => response.end(), ms)
  })
  return socket => server.emit('connection', socket)
}

function slownessOf({ slowAfterMs, slowForMs, slowByMs, slowEveryMs }: Rhythm): () => number {
  const startMs = performance.now()
  return () => {
    const atMs = ((performance.now() - startMs) % slowEveryMs) - slowAfterMs
    return atMs >= 0 && atMs < slowForMs ? slowByMs : 0
  }
}

function flap({ ip, server }: Responder, port: number, rhythm: Rhythm): void {
  const turn = () => {
    if (server.listening) server.close()
    else listen(server, ip, port)
    next()
  }
  const next = () =>
    setTimeout(turn, rhythm.flapMinMs + Math.random() * (rhythm.flapMaxMs - rhythm.flapMinMs))
  next()
}
