import type { Clock } from '../clock.ts'
import { createStore } from '../engine/store.ts'
import type { FactsOf } from '../model/node.ts'
import type { HealthSource } from '../model/source.ts'
import { createDaemonTime } from './daemon-time.ts'
import { type Access, openRoute } from './dial/index.ts'
import { createIntake } from './intake.ts'
import { orAborted } from './or-aborted.ts'
import { probeByPoll, probeByStream } from './order-probe.ts'
import { poll } from './poll.ts'
import { createRemote } from './remote.ts'
import { maxHistory, maxLineBytes, streamPath } from './stream-protocol.ts'
import { createStreamReader, UnknownStream } from './stream-reader.ts'
import { troubleOf } from './trouble.ts'

export interface AttachmentOptions {
  /** The daemon's URI: `unix://PATH`, `tcp://HOST:PORT`, `ssh://HOST`. */
  readonly target: string
  readonly access?: Access | undefined
  readonly clock: Clock
  /** Outcomes kept of each probe. */
  readonly historyLength: number
  /** Knows more of the nodes than a daemon tells. */
  readonly factsOf?: FactsOf | undefined
  /** After this long without a word a stream is dead. The daemon says something each second. */
  readonly silenceMs?: number
  /** From 0 to 1; spreads the tries of many who lost the same daemon. */
  readonly random?: () => number
}

/**
 * Health as a daemon reports it: ours by its live stream, any other of Cilium's by polls, from which
 * a history grows here. While the daemon is gone what is known stays, and the feed says so.
 * Throws a UserError for a URI that leads nowhere.
 */
export function createAttachment(options: AttachmentOptions): HealthSource {
  const { target, clock, historyLength, silenceMs = 5000, random = Math.random } = options
  const route = openRoute(target, options.access)
  const time = createDaemonTime(clock)
  const limits = { maxBodyBytes: 64 * 1024 * 1024, maxLineBytes }
  const remote = createRemote(route, { ...limits, onDate: time.heard })
  const own = createStore({ clock, origin: { kind: 'daemon', label: target }, historyLength })
  const store = time.correct(own)
  const intake = createIntake(store, options.factsOf)
  const life = new AbortController()
  const tools = { remote, store, intake, clock }
  const waiting = createWaiting(clock)
  /** Something is known, or why nothing is. */
  const { promise: firstWord, resolve: speak } = Promise.withResolvers<void>()
  let streaming = false

  /** Follows the daemon by the best way it offers; ends only with an error. */
  const follow = async (onContact: () => void) => {
    streaming = true
    const offered = await followStream(onContact).catch(error => {
      if (!(error instanceof UnknownStream)) throw error
      return false
    })
    streaming = false
    if (offered) throw new Error('the daemon ended the stream')
    await poll({ ...tools, clock: waiting }, onContact, life.signal)
  }

  const followStream = async (onContact: () => void): Promise<boolean> => {
    const silence = createSilence(silenceMs)
    const read = createStreamReader(store, intake)
    const path = `${streamPath}?history=${Math.min(historyLength, maxHistory)}`
    try {
      const status = await remote.follow(
        path,
        line => {
          silence.broken()
          // A beat means that all before it has come: we are up to date.
          if (read(line) === 'beat') onContact()
        },
        AbortSignal.any([life.signal, silence.signal]),
      )
      return status === 200
    } finally {
      silence.close()
    }
  }

  const stayAttached = async () => {
    let tries = 0
    let sinceMs: number | undefined
    while (!life.signal.aborted) {
      const error = await follow(() => {
        tries = 0
        sinceMs = undefined
        speak()
      }).catch(failure => failure)
      if (life.signal.aborted) return
      const { text: reason, retryMs = 0 } = await troubleOf(error, route)
      if (life.signal.aborted) return
      const nowMs = clock.nowMs()
      sinceMs ??= nowMs
      const waitMs = Math.max(retryMs, backOffMs(tries++, random()))
      own.setFeed({ kind: 'lost', sinceMs, reason, retryAtMs: Math.round(nowMs + waitMs) })
      speak()
      await waiting.sleep(waitMs, life.signal).catch(unlessClosed(life.signal))
    }
  }

  const ended = stayAttached()
  return {
    snapshot: () => time.tell(own.snapshot()),
    subscribe: store.subscribe,
    async probe(order) {
      const signal = AbortSignal.any([order.signal, life.signal])
      signal.throwIfAborted()
      const by = streaming ? probeByStream : probeByPoll
      const answer = await by(tools, { ...order, signal }, route.address)
      await orAborted(firstWord, signal)
      return answer
    },
    refetch: () => (streaming && own.snapshot().feed.kind !== 'lost' ? false : waiting.end()),
    async close() {
      life.abort(new Error('closed'))
      await ended
      await remote.close()
      await route.close()
      store.close()
    },
  }
}

/** 0.5 s, twice as long each time, 10 s at most; half of it by chance. */
const backOffMs = (tries: number, chance: number) =>
  Math.min(10_000, 500 * 2 ** Math.min(tries, 10)) * (0.5 + chance / 2)

const unlessClosed = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error
}

/** A clock whose sleep can be ended: then it is over, without an error. */
function createWaiting(clock: Clock) {
  let waker = new AbortController()
  return {
    ...clock,
    async sleep(ms: number, signal: AbortSignal): Promise<void> {
      waker = new AbortController()
      const { signal: woken } = waker
      await clock.sleep(ms, AbortSignal.any([signal, woken])).catch(error => {
        if (signal.aborted || !woken.aborted) throw error
      })
    },
    end(): true {
      waker.abort()
      return true
    },
  }
}

/** Aborts after a while without a word. */
function createSilence(silenceMs: number) {
  const controller = new AbortController()
  const silent = new Error(`nothing heard for ${silenceMs / 1000} s`)
  const timer = setTimeout(() => controller.abort(silent), silenceMs)
  return {
    signal: controller.signal,
    broken: () => timer.refresh(),
    close: () => clearTimeout(timer),
  }
}
