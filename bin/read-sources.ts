import { orAborted } from '../src/core/api/or-aborted.ts'
import { unlessAborted } from '../src/core/daemon/unless-aborted.ts'
import type { MeshKeeper } from '../src/core/engine/mesh.ts'
import type { Snapshot } from '../src/core/model/snapshot.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import type { OpenedSource, OpenSources } from './open-sources.ts'

export interface Reading {
  readonly uris: readonly string[]
  readonly open: OpenSources
  readonly keeper: MeshKeeper
  /** How long a source may take to tell all it knows once it is asked, milliseconds. */
  readonly waitMs: number
  /** Whether the sources stay open, and the mesh follows them. */
  readonly stay: boolean
  readonly end: AbortSignal
}

/** So many URIs are read at a time. */
const mostAtOnce = 20

export interface Reader {
  /**
   * Resolves once each source's first full answer is in the mesh, or why there is none. Rejects with
   * a UserError for a URI that leads nowhere.
   */
  readonly done: Promise<void>
  /** Closes what stays open. */
  close(): Promise<void>
}

/** Reads sources into the mesh; those that stay are followed from the beginning. */
export function readSources(reading: Reading): Reader {
  const { uris, open, keeper, stay } = reading
  const life = new AbortController()
  const end = AbortSignal.any([reading.end, life.signal])
  const opened: HealthSource[] = []
  const queue = [...new Set(uris)]

  const readOne = async (of: OpenedSource) => {
    opened.push(of.source)
    if (stay) keeper.follow(of, of.source)
    if (of.asked) await orAborted(of.asked, end).catch(unlessAborted(end))
    const limit = AbortSignal.any([end, AbortSignal.timeout(reading.waitMs)])
    await heard(of.source, limit)
    if (stay) return
    takeOnce(keeper, of, reading.waitMs)
    opened.splice(opened.indexOf(of.source), 1)
    await of.source.close()
  }
  const work = async () => {
    for (let uri = queue.shift(); uri !== undefined && !end.aborted; uri = queue.shift()) {
      await Promise.all((await open([uri])).map(readOne))
    }
  }
  const workers = Array.from({ length: Math.min(mostAtOnce, queue.length) }, () =>
    work().catch(error => {
      life.abort(error)
      throw error
    }),
  )
  const done = Promise.all(workers).then(() => {})
  return {
    done,
    async close() {
      life.abort(new Error('closed'))
      await Promise.allSettled(workers)
      await Promise.all(opened.splice(0).map(source => source.close()))
    },
  }
}

function takeOnce(keeper: MeshKeeper, of: OpenedSource, waitMs: number): void {
  const snapshot = of.source.snapshot()
  if (snapshot.feed.kind === 'starting') {
    keeper.miss(of, `no answer within ${waitMs / 1000} s`)
  } else keeper.take(of, snapshot, of.source.outcomes?.())
}

/** A daemon lists its nodes before it tells how they are: the rest comes within a moment. */
const settleMs = 1500

/** Waits until a source has told everything, or why it cannot; at most until the limit. */
async function heard(source: HealthSource, limit: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let settling: NodeJS.Timeout | undefined
  const look = () => {
    const snapshot = source.snapshot()
    if (snapshot.feed.kind === 'starting') return
    if (snapshot.feed.kind === 'lost' || source.outcomes || isWhole(snapshot)) resolve()
    else settling ??= setTimeout(resolve, settleMs)
  }
  const stop = source.subscribe(look)
  limit.addEventListener('abort', () => resolve(), { once: true })
  look()
  if (!limit.aborted) await promise
  clearTimeout(settling)
  stop()
}

const isWhole = ({ nodes }: Snapshot) =>
  nodes.length > 0 &&
  nodes.every(node =>
    node.paths.every(
      ({ probes }) => probes.icmp.last !== undefined && probes.http.last !== undefined,
    ),
  )
