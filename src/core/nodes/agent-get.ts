import { once } from 'node:events'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { UserError } from '../errors.ts'
import { goErrorText } from '../model/go-error.ts'

/** Where an agent listens. */
export type AgentPlace =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number }

/** Reads `unix://PATH` or `tcp://HOST:PORT`. Throws a UserError. */
export function parsePlace(uri: string): AgentPlace {
  const [, socketPath] = /^unix:\/\/(\/.*)$/.exec(uri) ?? []
  if (socketPath !== undefined) return { socketPath }
  const [, host, port] = /^tcp:\/\/\[?([\w.:-]+?)\]?:(\d{1,5})$/.exec(uri) ?? []
  if (host !== undefined && Number(port) < 65_536) return { host, port: Number(port) }
  throw new UserError(
    `${JSON.stringify(uri)} is no address of an agent`,
    'Give unix:///var/run/cilium/cilium.sock or tcp://HOST:PORT.',
  )
}

/** `HOST:PORT`, IPv6 in brackets. */
export const authorityOf = ({ host, port }: { readonly host: string; readonly port: number }) =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

/** As Go's errors name it. */
const addressOf = (place: AgentPlace) =>
  'host' in place ? `tcp ${authorityOf(place)}` : `unix ${place.socketPath}`

export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string }
  | Silence

export interface Silence {
  readonly kind: 'silence'
  readonly reason: string
  /** It may still answer one day. */
  readonly isLate: boolean
}

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const maxBytes = 64 * 1024 * 1024

/** Asks once, on a connection of its own. What goes wrong on the way is silence with a reason. */
export async function get(place: AgentPlace, path: string, options: GetOptions): Promise<Answer> {
  const headers = { host: 'localhost', accept: 'application/json', ...options.headers }
  const request = httpRequest({ ...place, path, headers, agent: false })
  let stopped: Silence | undefined
  const stop = (reason: string, isLate = false) => {
    stopped ??= { kind: 'silence', reason, isLate }
    request.destroy()
  }
  // It may come again after the first, which is told below.
  request.on('error', () => request.destroy())
  const onAbort = () => stop('closed')
  const { timeoutMs } = options
  const late = setTimeout(stop, timeoutMs, `no answer within ${timeoutMs} ms`, true)
  options.signal.addEventListener('abort', onAbort)
  if (options.signal.aborted) onAbort()
  try {
    return await answerOf(request, stop)
  } catch (error) {
    const reason = goErrorText(error, addressOf(place))
    return stopped ?? { kind: 'silence', reason, isLate: false }
  } finally {
    clearTimeout(late)
    options.signal.removeEventListener('abort', onAbort)
    request.destroy()
  }
}

async function answerOf(request: ClientRequest, stop: (reason: string) => void): Promise<Answer> {
  request.end()
  const [response]: [IncomingMessage] = (await once(request, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    bytes += chunk.length
    if (bytes > maxBytes) stop('the answer is larger than 64 MiB')
    else chunks.push(chunk)
  }
  return {
    kind: 'answer',
    status: response.statusCode ?? 0,
    text: Buffer.concat(chunks).toString('utf8'),
  }
}
