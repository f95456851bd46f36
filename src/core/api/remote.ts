import { Pool } from 'undici'
import type { Route } from './dial/index.ts'

export interface Heard {
  readonly status: number
  readonly text: string
}

/** A daemon's API over connections that stay. */
export interface Remote {
  call(method: 'GET' | 'PUT', path: string, signal: AbortSignal): Promise<Heard>
  /** Calls `onLine` for each line until the daemon ends the answer; the status if it is not 200. */
  follow(path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<number>
  close(): Promise<void>
}

export interface RemoteLimits {
  readonly maxBodyBytes: number
  readonly maxLineBytes: number
  /** Takes the time of each answer by the other side's clock, Unix milliseconds in whole seconds. */
  readonly onDate?: (atMs: number) => void
}

/** Speaks HTTP over the route. Timeouts are the caller's: every call has a signal. */
export function createRemote(route: Route, limits: RemoteLimits): Remote {
  const { maxBodyBytes, maxLineBytes, onDate } = limits
  const life = new AbortController()
  const pool = new Pool('http://localhost', {
    // The stream, a poll, and a probe that takes its time.
    connections: 4,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(_, callback) {
      const signal = AbortSignal.any([life.signal, AbortSignal.timeout(dialTimeoutMs)])
      route.dial(signal).then(
        socket => callback(null, socket),
        error => callback(error, null),
      )
    },
  })
  const headers = { ...route.headers, host: route.authority }

  const request = async (method: 'GET' | 'PUT', path: string, signal: AbortSignal, more = {}) => {
    const target = { method, path: route.target(path) }
    const answer = await pool.request({ ...target, signal, headers: { ...headers, ...more } })
    const atMs = Date.parse(String(answer.headers.date))
    if (atMs > 0) onDate?.(atMs)
    return answer
  }

  return {
    async call(method, path, signal) {
      const answer = await request(method, path, signal, { accept: 'application/json' })
      return { status: answer.statusCode, text: await bounded(answer.body, maxBodyBytes) }
    },
    async follow(path, onLine, signal) {
      const answer = await request('GET', path, signal)
      if (answer.statusCode !== 200) {
        await bounded(answer.body, maxLineBytes)
        return answer.statusCode
      }
      for await (const line of linesOf(answer.body, maxLineBytes)) onLine(line)
      return 200
    },
    async close() {
      life.abort(new Error('closed'))
      await pool.destroy()
    },
  }
}

const dialTimeoutMs = 10_000

async function bounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Cuts at newlines; throws at a line that is too long. */
export async function* linesOf(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(newline, start)
      const part = chunk.subarray(start, end === -1 ? chunk.length : end)
      bytes += part.length
      if (bytes > maxBytes) throw new Error(`a line is longer than ${maxBytes} bytes`)
      parts.push(part)
      if (end === -1) break
      yield Buffer.concat(parts).toString()
      parts = []
      bytes = 0
      start = end + 1
    }
  }
}

const newline = 0x0a
