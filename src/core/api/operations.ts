import type { HealthResponse } from '../model/cilium.ts'
import type { NodeName } from '../model/node.ts'
import type { HealthSource } from '../model/source.ts'
import { goJson } from './go-json.ts'
import { maxNameLength } from './read-wire.ts'
import { createWireWriter } from './wire.ts'

/** What Cilium's server calls its operations; the stream is ours. */
export type Operation = 'GetHealthz' | 'GetHello' | 'GetStatus' | 'PutStatusProbe' | 'GetStream'
/** Those that an administrator can switch off (403). */
export type Deniable = 'GetHealthz' | 'GetStatus' | 'PutStatusProbe'

export type HealthzAnswer =
  | { readonly kind: 'ok'; readonly body: HealthResponse }
  | { readonly kind: 'failed'; readonly reason: string }

/** An answer in one piece. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

export interface OperationOptions {
  readonly source: HealthSource
  readonly healthz: () => Promise<HealthzAnswer>
  /** The port that HTTP probes go to, as failure texts name it. */
  readonly port?: number
  /** A client's own timeout is 30 s: later than this nobody listens. */
  readonly patienceMs?: number
}

type Respond = (query: URLSearchParams, signal: AbortSignal) => Promise<Answer>

/** What each operation answers; the signal aborts when the client is gone or the server ends. */
export function createOperations(
  options: OperationOptions,
): Record<Exclude<Operation, 'GetStream'>, Respond> {
  const { source, healthz, patienceMs = 27_000 } = options
  const write = createWireWriter(options)
  let cached: { readonly of: object; readonly answer: Answer } | undefined

  const status = () => {
    const snapshot = source.snapshot()
    if (cached?.of !== snapshot) {
      cached = { of: snapshot, answer: json(200, write(snapshot)) }
    }
    return cached.answer
  }

  return {
    GetHello: async () => ({ status: 200, body: '' }),
    GetStatus: async () => status(),
    async GetHealthz(_, signal) {
      const answer = await within(patienceMs, signal, healthz)
      if (!answer) return failure('Cilium API client timeout exceeded')
      return answer.kind === 'ok' ? json(200, goJson(answer.body)) : failure(answer.reason)
    },
    async PutStatusProbe(query, signal) {
      const names = query.getAll('node').map(name => name.slice(0, maxNameLength) as NodeName)
      if (names.length > 0) await within(patienceMs, signal, limit => listed(source, limit))
      const unknown = stranger(source, names)
      if (unknown !== undefined) return failure(`there is no node ${JSON.stringify(unknown)}`)
      const nodes = names.length > 0 ? { nodes: names } : {}
      const answer = await within(Math.min(patienceMs, probeMs(source)), signal, limit =>
        source.probe({ ...nodes, signal: limit }),
      )
      // At the deadline what is known is told; each result carries its own time.
      return answer?.kind === 'refused' ? failure(answer.reason) : status()
    },
  } satisfies Record<string, Respond>
}

const json = (status: number, body: string | Buffer): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body,
})

const failure = (reason: string) => json(500, goJson(reason))

/** How long probing all may take: its share of the budget, the timeout, and a little more. */
function probeMs(source: HealthSource): number {
  const { prober, nodes } = source.snapshot()
  const probes = 2 * nodes.reduce((sum, node) => sum + node.paths.length, 0)
  const sendingMs = (1000 * probes) / Math.max(1, prober?.maxProbesPerSecond ?? probes)
  return sendingMs + (prober?.timeoutMs ?? 10_000) + 3000
}

/** Waits until there is a list of nodes, or nobody waits any more. */
async function listed(source: HealthSource, limit: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => {
    const { feed, nodes } = source.snapshot()
    if (feed.kind !== 'starting' || nodes.length > 0) resolve()
  }
  const stop = source.subscribe(look)
  limit.addEventListener('abort', () => resolve(), { once: true })
  look()
  await promise
  stop()
}

function stranger(source: HealthSource, names: readonly NodeName[]): NodeName | undefined {
  if (names.length === 0) return undefined
  const known = new Set(source.snapshot().nodes.map(node => node.name))
  return names.find(name => !known.has(name))
}

/** Undefined at the deadline or when the client is gone, whether or not `run` heeds its signal. */
async function within<T>(
  deadlineMs: number,
  gone: AbortSignal,
  run: (limit: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const limit = new AbortController()
  const { promise: over, resolve } = Promise.withResolvers<undefined>()
  const stop = () => {
    limit.abort()
    resolve(undefined)
  }
  const timer = setTimeout(stop, deadlineMs)
  gone.addEventListener('abort', stop, { once: true })
  if (gone.aborted) stop()
  const done = run(limit.signal).catch(error => {
    if (limit.signal.aborted) return undefined
    throw error
  })
  try {
    return await Promise.race([done, over])
  } finally {
    clearTimeout(timer)
    gone.removeEventListener('abort', stop)
  }
}
