import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HealthSource } from '../model/source.ts'
import { beatMs, maxHistory } from './stream-protocol.ts'
import { beatLine, createStreamWriter } from './stream-writer.ts'

export interface StreamsOptions {
  readonly source: HealthSource
  /** How long a reader may take no bytes before it is cut off. */
  readonly drainMs: number
}

const maxReaders = 256
/** Changes are told in bundles, four a second. */
const bundleMs = 250

/** Serves the live stream; a reader that cannot follow is cut off, and learns it by that. */
export function createStreams({ source, drainMs }: StreamsOptions) {
  let readers = 0

  const follow = async (response: ServerResponse, historyLength: number, signal: AbortSignal) => {
    const writer = createStreamWriter(historyLength)
    const bell = createBell(source)
    try {
      await write(response, writer.opening(source.snapshot()), drainMs, signal)
      for (let beatAt = 0; !signal.aborted; ) {
        if (bell.rang()) await write(response, writer.changes(source.snapshot()), drainMs, signal)
        if (performance.now() >= beatAt) {
          beatAt = performance.now() + beatMs
          await write(response, [beatLine], drainMs, signal)
        }
        await sleep(bundleMs, undefined, { signal })
      }
    } finally {
      bell.close()
    }
  }

  return {
    /** Answers with the stream until the signal aborts or the reader falls behind. */
    async serve(query: URLSearchParams, response: ServerResponse, signal: AbortSignal) {
      if (readers >= maxReaders) {
        response.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '5' })
        response.end(JSON.stringify({ code: 503, message: 'too many readers of the stream' }))
        return
      }
      readers += 1
      try {
        response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
        await follow(response, historyAsked(query), signal)
      } catch (error) {
        if (!signal.aborted && !(error instanceof TooSlow)) throw error
      } finally {
        readers -= 1
        response.destroy()
      }
    },
  }
}

class TooSlow extends Error {}

/** Each chunk waits until the one before has left: a reader costs us one line, however slow. */
async function write(
  response: ServerResponse,
  lines: Iterable<string>,
  drainMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (const line of lines) {
    if (signal.aborted || response.destroyed) return
    if (response.write(line)) continue
    const patience = AbortSignal.timeout(drainMs)
    await once(response, 'drain', { signal: AbortSignal.any([signal, patience]) }).catch(error => {
      throw patience.aborted ? new TooSlow() : error
    })
  }
}

function createBell(source: HealthSource) {
  let ringing = false
  const close = source.subscribe(() => {
    ringing = true
  })
  return {
    close,
    rang() {
      const rang = ringing
      ringing = false
      return rang
    },
  }
}

function historyAsked(query: URLSearchParams): number {
  const asked = Number(query.get('history') ?? 0)
  return Number.isInteger(asked) ? Math.min(maxHistory, Math.max(1, asked)) : 1
}
