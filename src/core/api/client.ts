import type { IncomingMessage } from 'node:http'
import { UserError } from '../errors.ts'
import type { HealthResponse, HealthStatusResponse } from '../model/cilium.ts'
import { type Access, openRoute, type Route } from './dial/index.ts'
import { decodeError, decodeStatus, type Parsed, parseGo } from './go-decode.ts'
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

/** What a body says, and the part of it that says so. */
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
      const answer = await exchange(route, operation, timeoutMs)
      if (answer.status !== 200) throw new Error(refusalText(operation, answer))
      const { text, value } = readValue(answer, '{}')
      return { text, response: decode(value) }
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
    async getHealthz() {
      const { decodeHealthz } = await import('./go-decode-health.ts')
      return await call('Cannot get health for local instance', operations.healthz, decodeHealthz)
    },
    async ping() {
      const { decodeHealthz } = await import('./go-decode-health.ts')
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

/** Go's client takes an empty body for an empty value, and does not miss what it had no need to read. */
function readValue({ text, broken }: Answer, empty: string): Parsed {
  try {
    return parseGo(text.trim() === '' && !broken ? empty : text)
  } catch (error) {
    const isCut = (error as Error).message === 'unexpected EOF'
    throw (isCut && broken) || error
  }
}

function refusalText({ method, path, name, known }: Call, answer: Answer): string {
  const { status, text } = answer
  const [failure, payload] = known[status] ?? []
  const why = ourWords(status, text)
  if (failure === undefined) return `[${method} ${path}] ${name} (status ${status}): {}${why}`
  const words = payload ? ` ${goMarshal(payloadOf(answer))}` : ''
  return `[${method} ${path}][${status}] ${failure}${words}${why}`
}

const payloadOf = (answer: Answer): string =>
  answer.isPlainText ? answer.text : decodeError(readValue(answer, '""').value)

/** Our daemon says on TCP why it lets nobody in; Cilium's words are not printed by its own client. */
const ourWords = (status: number, text: string) =>
  (status === 401 || status === 403) && text.startsWith(refusalMark)
    ? `: ${plainText(text, 200)}`
    : ''

interface Answer {
  readonly status: number
  readonly isPlainText: boolean
  readonly text: string
  /** Why the text ends before its end, in Go's words. */
  readonly broken: Error | undefined
}

/** Throws an Error with Go's words for what went wrong. */
async function exchange(route: Route, call: Call, timeoutMs: number): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs)
  const inWords = async (error: unknown) =>
    (await troubleOf(signal.aborted ? signal.reason : error, route)).text
  const response = await respond(route, call, signal).catch(async error => {
    const verb = call.method === 'GET' ? 'Get' : 'Put'
    throw new Error(`${verb} "${route.origin}${pathOf(call)}": ${await inWords(error)}`)
  })
  const { text, error } = await bodyOf(response)
  return {
    status: response.statusCode ?? 0,
    isPlainText: /^text\/(plain|html)\b/i.test(response.headers['content-type'] ?? ''),
    text,
    // Go's client has returned by then: no call is named.
    broken: error === undefined ? undefined : new Error(await inWords(error)),
  }
}

const pathOf = ({ path, query = '' }: Call) => `/v1beta${path}${query}`

async function respond(route: Route, call: Call, signal: AbortSignal): Promise<IncomingMessage> {
  const socket = await route.dial(signal)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request({
    createConnection: () => socket,
    method: call.method,
    path: route.target(pathOf(call)),
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

/** As much as came, and the error that ended it. */
async function bodyOf(response: IncomingMessage) {
  const chunks: Buffer[] = []
  const text = () => Buffer.concat(chunks).toString()
  let bytes = 0
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length
      if (bytes > maxBodyBytes) throw new Error(`the answer is longer than ${maxBodyBytes} bytes`)
      chunks.push(chunk as Buffer)
    }
    return { text: text(), error: undefined }
  } catch (error) {
    return { text: text(), error }
  }
}
