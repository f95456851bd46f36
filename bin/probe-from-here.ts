import { once } from 'node:events'
import { toldNodes } from '../src/core/api/told-nodes.ts'
import { UserError } from '../src/core/errors.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import { assembleEngine, type Pace } from './assemble.ts'
import { type ProbeFlags, usualPort } from './settings.ts'

const patienceMs = 15_000

/**
 * Probes from here the nodes that a daemon tells of: one of Cilium since 1.17 probes by its own clock
 * only. Closing leaves the daemon's own source open.
 */
export async function probeFromHere(
  daemon: HealthSource,
  flags: ProbeFlags,
  pace: Pace,
): Promise<HealthSource> {
  await firstList(daemon)
  const nodes = { ...toldNodes(daemon), close: async () => {} }
  return assembleEngine({
    nodes: {
      label: nodes.label,
      connect: () => nodes,
      httpPort: flags.port ?? usualPort,
      healthz: async () => ({ kind: 'failed', reason: 'there is no agent here' }),
    },
    flags,
    pace,
  })
}

/** Throws a UserError where the daemon has no nodes to tell of. */
async function firstList(daemon: HealthSource): Promise<void> {
  const news = new EventTarget()
  const stop = daemon.subscribe(() => news.dispatchEvent(new Event('news')))
  const signal = AbortSignal.timeout(patienceMs)
  try {
    while (daemon.snapshot().nodes.length === 0) {
      const { feed, origin } = daemon.snapshot()
      if (feed.kind === 'lost') throw new UserError(feed.reason)
      await once(news, 'news', { signal }).catch(() => {
        throw new UserError(`${origin.label} has told of no nodes yet`, 'Try again in a minute.')
      })
    }
  } finally {
    stop()
  }
}
