import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createGate, type Gate } from './gate.ts'
import { goJson, goMarshal } from './go-json.ts'
import { boundBody, closed } from './http-bounds.ts'
import { createTcpServer, listenOnTcp, mustBeSafe, type TcpListening } from './listen-tcp.ts'
import {
  type Answer,
  createOperations,
  type Deniable,
  type Operation,
  type OperationOptions,
} from './operations.ts'
import { isWelcome } from './pipeline.ts'
import { cleanPath, pathOf } from './request-path.ts'
import { listenOnSocketFile, type SocketFile } from './socket-file.ts'
import { createStreams } from './stream-server.ts'

export interface HealthServerOptions extends OperationOptions {
  /** Operations that an administrator has switched off: 403. */
  readonly denied?: ReadonlySet<Deniable>
  /** How long a reader of the stream may take no bytes before it is cut off. */
  readonly drainMs?: number
}

export type Listening = (SocketListening | TcpListening) & {
  /** What is served there; the rest answers 501. All by default. */
  readonly serves?: ReadonlySet<Operation>
}

export interface SocketListening {
  /** A unix socket's path. */
  readonly path: string
}

export interface HealthServer {
  /**
   * Tells the URI to reach it by. Throws a UserError where the socket cannot be had, or where it
   * would let in everybody.
   */
  listen(where: Listening): Promise<string>
  /** Answers a request that came in somewhere else. Who may ask is that place's business. */
  readonly handle: RequestListener
  /** Resolves with the first error after which serving makes no sense. */
  readonly failed: Promise<Error>
  close(): Promise<void>
}

/** Cilium's health API (base path /v1beta), and a live stream of our own beside it. */
export function createHealthServer(options: HealthServerOptions): HealthServer {
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>()
  const operations = createOperations(options)
  const streams = createStreams({ source: options.source, drainMs: options.drainMs ?? 10_000 })
  const servers: Server[] = []
  const files: SocketFile[] = []

  const serve = async (request: IncomingMessage, response: ServerResponse, where: Guarded) => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const { signal } = gone
    const { operation, query, refusal } = routed(request)
    if (!operation) return send(response, refusal)
    const no = objection(operation, request, where)
    if (no) return send(response, no)
    if (operation === 'GetStream') return streams.serve(query, response, signal)
    send(response, await operations[operation](query, signal))
  }

  const objection = (operation: Operation, request: IncomingMessage, where: Guarded) => {
    const stop = where.gate?.(operation, request)
    if (stop) return stop
    if (isDenied(options.denied, operation)) return forbidden
    if (operation !== 'GetStream' && !acceptsJson(request.headers.accept)) return notAcceptable
    return where.serves?.has(operation) === false ? missing(operation) : undefined
  }

  const answering =
    (where: Guarded) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      if (!isWelcome(request, response)) return
      boundBody(request, maxBodyBytes)
      serve(request, response, where).catch(error => {
        response.destroy()
        fail(error)
      })
    }

  const adopt = (server: Server) => {
    server.on('error', fail)
    servers.push(server)
  }

  const listenOnSocket = async (where: Listening & SocketListening) => {
    const server = bounded(createServer(limits, answering(where)))
    files.push(await listenOnSocketFile(server, where.path))
    adopt(server)
    return `unix://${where.path}`
  }

  const listenOnAddress = async (where: Listening & TcpListening) => {
    mustBeSafe(where)
    const guarded = { ...where, gate: createGate(where) }
    const server = bounded(await createTcpServer(where, limits, answering(guarded)))
    const uri = await listenOnTcp(server, where)
    adopt(server)
    return uri
  }

  return {
    failed,
    handle: answering({}),
    listen: where => ('tcp' in where ? listenOnAddress(where) : listenOnSocket(where)),
    async close() {
      await Promise.all(files.map(file => file.release()))
      await Promise.all(servers.map(closed))
    },
  }
}

/** What is served at a place, and who may have it. */
type Guarded = Pick<Listening, 'serves'> & { readonly gate?: Gate }

const limits = {
  maxHeaderSize: 32 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 2000,
}
const maxConnections = 2000
const maxBodyBytes = 1024 * 1024
/** A probe of all may take nearly 30 s, without a byte. */
const idleTimeoutMs = 60_000
const writeTimeoutMs = 60_000

function bounded(server: Server): Server {
  server.maxConnections = maxConnections
  server.timeout = idleTimeoutMs
  return server
}

const routes: ReadonlyMap<string, Readonly<Record<string, Operation>>> = new Map([
  ['/v1beta/healthz', { GET: 'GetHealthz' }],
  ['/v1beta/hello', { GET: 'GetHello' }],
  ['/v1beta/status', { GET: 'GetStatus' }],
  ['/v1beta/status/probe', { PUT: 'PutStatusProbe' }],
  ['/v1beta/stream', { GET: 'GetStream' }],
])

function routed(request: IncomingMessage): {
  readonly operation?: Operation
  readonly query: URLSearchParams
  readonly refusal: Answer
} {
  const path = pathOf(request.url)
  const query = new URLSearchParams(/\?(.*)$/s.exec(request.url ?? '')?.[1])
  const methods = routes.get(cleanPath(path))
  if (!methods) return { query, refusal: refusalOf(404, `path ${path} was not found`) }
  const method = request.method ?? ''
  const operation = Object.hasOwn(methods, method) ? methods[method] : undefined
  const allowed = Object.keys(methods).join(',')
  const refusal = {
    ...refusalOf(405, `method ${method} is not allowed, but [${allowed}] are`),
    headers: { Allow: allowed, 'Content-Type': 'application/json' },
  }
  return operation ? { operation, query, refusal } : { query, refusal }
}

const refusalOf = (code: number, message: string): Answer => ({
  status: code,
  headers: { 'Content-Type': 'application/json' },
  body: goMarshal({ code, message }),
})

const notAcceptable = refusalOf(
  406,
  'unsupported media type requested, only [application/json] are available',
)

const forbidden: Answer = {
  status: 403,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body: 'This API is administratively disabled. Contact your administrator for more details.',
}

/** The names that Cilium's 501 gives to what it does not serve here. */
const swaggerNames: Partial<Record<Operation, string>> = {
  GetStatus: 'ConnectivityGetStatus',
  PutStatusProbe: 'ConnectivityPutStatusProbe',
}

const missing = (operation: Operation): Answer => ({
  status: 501,
  headers: { 'Content-Type': 'application/json' },
  body: goJson(`operation ${swaggerNames[operation] ?? operation} has not yet been implemented`),
})

/** The stream tells what the status tells: who may not have the one may not have the other. */
const isDenied = (denied: ReadonlySet<Deniable> | undefined, operation: Operation) =>
  denied?.has((operation === 'GetStream' ? 'GetStatus' : operation) as Deniable) ?? false

/** As go-openapi sees it: no header wants anything, an empty one nothing, nor does a weight of 0. */
const acceptsJson = (accept: string | undefined) =>
  accept === undefined ||
  accept
    .split(',')
    .filter(range => !/;\s*q=0(\.0*)?\s*(;|$)/i.test(range))
    .map(range => range.split(';')[0]?.trim().toLowerCase() ?? '')
    .some(range => ['*/*', 'application/*', 'application/json'].includes(range))

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
  const tooSlow = setTimeout(() => response.destroy(), writeTimeoutMs).unref()
  response.once('close', () => clearTimeout(tooSlow))
}
