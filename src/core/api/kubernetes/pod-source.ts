import type { Clock } from '../../clock.ts'
import type { HealthSource } from '../../model/source.ts'
import { orAborted } from '../or-aborted.ts'
import { probeByPoll } from '../order-probe.ts'
import { plainText } from '../plain-text.ts'
import type { Remote } from '../remote.ts'
import type { Cluster } from './cluster.ts'
import { createHistory, createLastAnswer, type SharedNames } from './memory.ts'
import type { NodeBook } from './nodes.ts'
import { runHealth } from './pods.ts'
import { missingRight, Refusal } from './refusal.ts'
import type { Roster } from './roster.ts'
import type { Turns } from './turns.ts'

export interface PodSourceOptions {
  readonly node: string
  /** The URI that leads to it. */
  readonly label: string
  readonly cluster: Cluster
  readonly roster: Roster
  readonly nodes: NodeBook
  readonly turns: Turns
  readonly clock: Clock
  readonly historyLength: number
  /** Whether the last answer alone is kept: for many agents at once. */
  readonly lastOnly: boolean
  readonly sharedNames: SharedNames
  /** How many there are of them. */
  readonly sources: number
  readonly random: () => number
}

export interface PodSource extends HealthSource {
  /** Resolves once it is this agent's turn to be asked. */
  readonly asked: Promise<void>
}

/** Never more often, however often an agent probes: each answer costs it a process. */
const minPaceMs = 10_000
const maxPaceMs = 600_000
const unknownPaceMs = 60_000

/**
 * The health that the agent of a node tells: `cilium-health status` run in its pod, as often as the
 * agent probes. A new pod on the node takes the place of the old one.
 */
export function createPodSource(options: PodSourceOptions): PodSource {
  const { node, label, clock, historyLength, random } = options
  const remember = options.lastOnly ? createLastAnswer : createHistory
  const origin = { kind: 'daemon', label } as const
  const { sharedNames, sources } = options
  const memory = remember({
    ...{ clock, origin, historyLength, sharedNames, sources },
    factsOf: options.nodes.factsOf,
  })
  const { store } = memory
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const remote = createPodRemote(options, {
    onTurn: ask,
    onReady: ready =>
      store.setAgent(ready ? { kind: 'ok', detail: '' } : { kind: 'failing', detail: 'not ready' }),
  })
  const life = new AbortController()
  const { promise: firstWord, resolve: speak } = Promise.withResolvers<void>()

  const read = async (): Promise<number> => {
    const { text } = await remote.call('GET', '/v1beta/status', life.signal)
    options.nodes.refresh()
    const intervalMs = memory.take(text)
    store.setFeed({ kind: 'live' })
    return intervalMs
  }

  const follow = async () => {
    let tries = 0
    let sinceMs: number | undefined
    while (!life.signal.aborted) {
      const waitMs = await read().then(
        intervalMs => {
          speak()
          tries = 0
          sinceMs = undefined
          return paceMs(intervalMs) * (0.9 + 0.2 * random())
        },
        error => {
          if (life.signal.aborted) return 0
          const nowMs = clock.nowMs()
          sinceMs ??= nowMs
          const backOffMs = Math.min(unknownPaceMs, 2000 * 2 ** Math.min(tries++, 10))
          const retryMs = backOffMs * (0.5 + random() / 2)
          const reason = reasonOf(error)
          store.setFeed({ kind: 'lost', sinceMs, reason, retryAtMs: Math.round(nowMs + retryMs) })
          speak()
          return retryMs
        },
      )
      await clock.sleep(waitMs, life.signal).catch(unlessClosed(life.signal))
    }
  }

  const ended = follow()
  return {
    asked,
    snapshot: memory.snapshot,
    ...(memory.outcomes ? { outcomes: memory.outcomes } : {}),
    subscribe: store.subscribe,
    async probe(order) {
      const signal = AbortSignal.any([order.signal, life.signal])
      signal.throwIfAborted()
      let told = ''
      const call: Remote['call'] = async (...args) => {
        const heard = await remote.call(...args)
        told = heard.text
        return heard
      }
      const tools = { ...memory.known(), remote: { ...remote, call }, clock }
      const answer = await probeByPoll(tools, { ...order, signal }, `node ${node}`)
      if (answer.kind !== 'refused') memory.take(told)
      await orAborted(firstWord, signal)
      return answer
    },
    async close() {
      life.abort(new Error('closed'))
      await ended
      store.close()
    },
  }
}

const paceMs = (intervalMs: number) =>
  intervalMs === 0 ? unknownPaceMs : Math.min(maxPaceMs, Math.max(minPaceMs, intervalMs))

const unlessClosed = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error
}

/** The two calls that the agent's command line can make for us, as if it were the API. */
function createPodRemote(
  { node, cluster, roster, turns }: PodSourceOptions,
  { onTurn, onReady }: { readonly onTurn: () => void; readonly onReady: (ready: boolean) => void },
): Remote {
  const command = { GET: ['status'], PUT: ['status', '--probe'] }
  return {
    call: (method, _, signal) =>
      turns.run(signal, async spent => {
        onTurn()
        const agent = await roster.find(node, signal)
        if (!agent) throw new Error(`there is no pod of Cilium on ${node} any more`)
        if (agent.trouble !== undefined) {
          roster.doubt()
          throw new Error(agent.trouble)
        }
        onReady(agent.ready)
        const words = [...command[method], '-o', 'json']
        const text = await runHealth(cluster, agent, words, signal).catch(error => {
          roster.doubt()
          throw error
        })
        spent(Buffer.byteLength(text))
        return { status: 200, text }
      }),
    follow: async () => 404,
    close: async () => {},
  }
}

function reasonOf(error: unknown): string {
  const { name, message, code } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError') return 'the pod did not answer in time'
  const right = error instanceof Refusal ? missingRight(error) : undefined
  if (right !== undefined) return plainText(`no right to ${right}: ${message}`, 300)
  return plainText(message || code, 300)
}
