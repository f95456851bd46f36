import type { IncomingMessage } from 'node:http'
import { UserError } from '../errors.ts'
import type { HealthResponse, HealthStatusResponse } from '../model/cilium.ts'
import { type Access, openRoute, type Route } from './dial/index.ts'
import { decodeHealthz, decodeStatus, parseGo } from './go-decode.ts'
import { goMarshal } from './go-json.ts'
import { plainText } from './plain-text.ts'
import { refusalMark } from './tcp-words.ts'
import { troubleOf } from './trouble.ts'

export interface HealthClientOptions {
  /** `unix://PATH`, `tcp://HOST:PORT` or `ssh://HOST`. */
  readonly host: string
  readonly access?: Access | undefined
  readonly timeoutMs?: number
}

/** A body as it came, and what it says. */
export interface Received<T> {
  readonly text: string
  readonly response: T
}

/** Each call throws a UserError with the text that Cilium's own client (1.17 and later) prints. */
export interface HealthClient {
  getStatus(): Promise<Received<HealthStatusResponse>>
  /** A Cilium daemon since 1.17 answers from its cache. Only our own daemon knows `nodes`. */
  putProbe(nodes?: readonly string[]): Promise<Received<HealthStatusResponse>>
  getHealthz(): Promise<Received<HealthResponse>>
  /** The same as `getHealthz`; only the words of an error differ. */
  ping(): Promise<void>
  /** Cilium until 1.5, and ours. */
  getHello(): Promise<void>
}

/** An import of node:http would load its WebSocket too, for its name: 60 ms of a command's life. */
const { request } = process.getBuiltinModule('node:http')

const maxBodyBytes = 64 * 1024 * 1024

/** One call, one connection. On node:http: the start of a short command is most of its time. */
export function createHealthClient({
  host,
  access,
  timeoutMs = 30_000,
}: HealthClientOptions): HealthClient {
  const route = opened(host, access)

  async function call<T>(verb: string, operation: Call, decode: (value: unknown) => T) {
    try {
      const { status, text } = await exchange(route, operation, timeoutMs)
      if (status !== 200) throw new Error(refusalText(operation, status, text))
      // Go's client takes an empty body for an empty answer.
      return { text, response: decode(text.trim() === '' ? {} : parseGo(text)) }
    } catch (error) {
      throw new UserError(`${verb}: ${(error as Error).message}`)
    } finally {
      await route.close()
    }
  }

  return {
    getStatus: () => call('Cannot get status', operations.status, decodeStatus),
    putProbe(nodes = []) {
      const query = nodes.map(node => `node=${encodeURIComponent(node)}`).join('&')
      const probe = { ...operations.probe, query: query === '' ? '' : `?${query}` }
      return call('Cannot get status/probe', probe, decodeStatus)
    },
    getHealthz: () =>
      call('Cannot get health for local instance', operations.healthz, decodeHealthz),
    async ping() {
      await call('Cannot ping', operations.healthz, decodeHealthz)
    },
    async getHello() {
      await call('Cannot get hello', operations.hello, () => undefined)
    },
  }
}

interface Call {
  readonly method: 'GET' | 'PUT'
  readonly path: string
  /** As Go's generated client calls it. */
  readonly name: string
  /** Statuses that it has words for, and whether they bring a text. */
  readonly known: Readonly<Record<number, readonly [name: string, payload: boolean]>>
  readonly query?: string
}

const operations = {
  status: { method: 'GET', path: '/status', name: 'GetStatus', known: {} },
  probe: {
    method: 'PUT',
    path: '/status/probe',
    name: 'PutStatusProbe',
    known: {
      403: ['putStatusProbeForbidden', false],
      500: ['putStatusProbeFailed', true],
    },
  },
  healthz: {
    method: 'GET',
    path: '/healthz',
    name: 'GetHealthz',
    known: { 500: ['getHealthzFailed', true] },
  },
  hello: { method: 'GET', path: '/hello', name: 'GetHello', known: {} },
} satisfies Record<string, Call>

function opened(host: string, access: Access | undefined): Route {
  try {
    return openRoute(host, access)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(`Error while creating client: ${error.message}`, error.hint)
  }
}

function refusalText({ method, path, name, known }: Call, status: number, text: string): string {
  const [failure, payload] = known[status] ?? []
  const why = ourWords(status, text)
  if (failure === undefined) return `[${method} ${path}] ${name} (status ${status}): {}${why}`
  const words = payload ? ` ${goMarshal(parseGo(text))}` : ''
  return `[${method} ${path}][${status}] ${failure}${words}${why}`
}

/** Our daemon says on TCP why it lets nobody in; Cilium's words are not printed by its own client. */
const ourWords = (status: number, text: string) =>
  (status === 401 || status === 403) && text.startsWith(refusalMark)
    ? `: ${plainText(text, 200)}`
    : ''

/** Throws an Error with Go's words for what went wrong. */
async function exchange(route: Route, call: Call, timeoutMs: number) {
  const signal = AbortSignal.timeout(timeoutMs)
  const inWords = async (error: unknown) =>
    (await troubleOf(signal.aborted ? signal.reason : error, route)).text
  const response = await respond(route, call, signal).catch(async error => {
    const verb = call.method === 'GET' ? 'Get' : 'Put'
    throw new Error(`${verb} "${route.origin}${pathOf(call)}": ${await inWords(error)}`)
  })
  const text = await bodyOf(response).catch(async error => {
    // Go's client has returned by then: no call is named.
    throw new Error(await inWords(error))
  })
  return { status: response.statusCode ?? 0, text }
}

const pathOf = ({ path, query = '' }: Call) => `/v1beta${path}${query}`

async function respond(route: Route, call: Call, signal: AbortSignal): Promise<IncomingMessage> {
  const socket = await route.dial(signal)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request({
    createConnection: () => socket,
    method: call.method,
    path: pathOf(call),
    signal,
    headers: {
      ...route.headers,
      Host: route.authority,
      Accept: 'application/json',
      ...(call.method === 'PUT' ? { 'Content-Length': '0' } : {}),
    },
  })
    .once('response', resolve)
    .once('error', reject)
    .end()
  return await promise
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length
    if (bytes > maxBodyBytes) throw new Error(`the answer is longer than ${maxBodyBytes} bytes`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString()
}
