import type { Clock } from '../clock.ts'
import type { Child } from './child.ts'
import { unlessAborted } from './unless-aborted.ts'

export type ChildState =
  | { readonly kind: 'running'; readonly pid: number | undefined; readonly sinceMs: number }
  | { readonly kind: 'waiting'; readonly sinceMs: number; readonly retryAtMs: number }
  | { readonly kind: 'stopped'; readonly sinceMs: number }

export interface Supervised {
  state(): ChildState
  restarts(): number
  /** How the last child that died ended. */
  lastError(): string | undefined
  /** Ends the child and starts no other. */
  close(): Promise<void>
}

export interface SuperviseOptions {
  readonly start: () => Child
  readonly clock: Clock
  readonly onChange?: () => void
  /** From 0 to 1; spreads the starts of many. */
  readonly random?: () => number
}

/** A child that ran this long starts again as if it had never died. */
const steadyMs = 10_000

/** Keeps a process alive: each time it ends it is started again, after a pause that grows. */
export function supervise(options: SuperviseOptions): Supervised {
  const { start, clock, onChange = () => {}, random = Math.random } = options
  const end = new AbortController()
  let state: ChildState = { kind: 'stopped', sinceMs: clock.nowMs() }
  let child: Child | undefined
  let starts = 0
  let deaths = 0
  let lastError: string | undefined

  const become = (next: ChildState) => {
    state = next
    onChange()
  }

  const live = async () => {
    starts += 1
    child = start()
    const sinceNs = clock.monotonicNs()
    become({ kind: 'running', pid: child.pid, sinceMs: clock.nowMs() })
    const how = await child.ended
    if (end.signal.aborted) return
    lastError = how
    deaths = clock.monotonicNs() - sinceNs >= BigInt(steadyMs) * 1_000_000n ? 1 : deaths + 1
    const pauseMs = pauseAfter(deaths, random())
    const sinceMs = clock.nowMs()
    become({ kind: 'waiting', sinceMs, retryAtMs: sinceMs + pauseMs })
    await clock.sleep(pauseMs, end.signal).catch(unlessAborted(end.signal))
  }

  const keepAlive = async () => {
    while (!end.signal.aborted) await live()
  }

  // Nobody is told of changes before they have us.
  const ended = Promise.resolve().then(keepAlive)
  return {
    state: () => state,
    restarts: () => Math.max(0, starts - 1),
    lastError: () => lastError,
    async close() {
      end.abort()
      await child?.stop()
      await ended
      become({ kind: 'stopped', sinceMs: clock.nowMs() })
    },
  }
}

/** 1 s, twice as long after each death, a minute at most; a fifth of it by chance. */
const pauseAfter = (deaths: number, chance: number) =>
  Math.min(60_000, 1000 * 2 ** Math.min(deaths - 1, 6)) * (0.8 + chance / 5)
