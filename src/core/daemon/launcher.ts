import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Child } from './child.ts'
import { type Supervised, supervise } from './supervise.ts'
import { troubleWith } from './trouble.ts'
import { unlessAborted } from './unless-aborted.ts'

/** As Cilium's agent tells it under `cluster.ciliumHealth`: a warning is why it is not well. */
export interface CiliumHealth {
  readonly warning: string | undefined
  readonly sinceMs: number
}

export interface Launcher {
  ciliumHealth(): CiliumHealth
  /** The daemon's process; undefined while its agent is waited for. */
  daemon(): Supervised | undefined
  /** Resolves where something is wrong with us. */
  readonly failed: Promise<Error>
  close(): Promise<void>
}

export interface LauncherOptions {
  /** Throws a UserError while the agent does not answer. Left out, no agent is waited for. */
  readonly askAgent?: () => Promise<unknown>
  readonly start: () => Child
  /** Throws a UserError while the daemon does not answer `/hello`. */
  readonly askDaemon: () => Promise<unknown>
  readonly helloMs: number
  readonly clock: Clock
  readonly log: Log
  readonly onChange?: () => void
}

/** Between two tries of what does not answer yet. */
const retryMs = 1000
/** How long a daemon may take until it answers. */
const startMs = 3000

/** As Cilium's launcher: waits for the agent, then keeps the health daemon alive and asks how it is. */
export function createLauncher(options: LauncherOptions): Launcher {
  const { askAgent, start, askDaemon, helloMs, clock, log, onChange = () => {} } = options
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>()
  const end = new AbortController()
  let health: CiliumHealth = { warning: 'starting', sinceMs: clock.nowMs() }
  let daemon: Supervised | undefined

  const tell = (warning: string | undefined) => {
    if (warning === health.warning || end.signal.aborted) return
    health = { warning, sinceMs: clock.nowMs() }
    if (warning === undefined) log.info('cilium-health is well')
    else log.warn('cilium-health is not well', { reason: warning })
    onChange()
  }

  const waitForAgent = async (ask: () => Promise<unknown>) => {
    for (;;) {
      const trouble = await troubleWith(ask)
      if (trouble === undefined || end.signal.aborted) return
      tell(`waiting for the agent: ${trouble}`)
      await clock.sleep(retryMs, end.signal)
    }
  }

  const onDaemonChange = () => {
    const state = daemon?.state()
    if (state?.kind === 'waiting') {
      const pause = ((state.retryAtMs - state.sinceMs) / 1000).toFixed(1)
      tell(`the daemon ${daemon?.lastError()}; the next starts after ${pause} s`)
    }
    onChange()
  }

  /** Of a daemon that is gone its own ending tells more; one that starts is given time. */
  const isSilenceNews = () => {
    const state = daemon?.state()
    return state?.kind === 'running' && clock.nowMs() - state.sinceMs >= startMs
  }

  const watch = async () => {
    while (!end.signal.aborted) {
      const trouble = await troubleWith(askDaemon)
      if (trouble === undefined || isSilenceNews()) tell(trouble)
      await clock.sleep(
        health.warning === undefined ? helloMs : Math.min(helloMs, retryMs),
        end.signal,
      )
    }
  }

  const live = async () => {
    if (askAgent) await waitForAgent(askAgent)
    if (end.signal.aborted) return
    daemon = supervise({ start, clock, onChange: onDaemonChange })
    await watch()
  }

  // Nobody is told of changes before they have us.
  const ended = Promise.resolve().then(live).catch(unlessAborted(end.signal)).catch(fail)
  return {
    ciliumHealth: () => health,
    daemon: () => daemon,
    failed,
    async close() {
      end.abort()
      await Promise.all([daemon?.close(), ended])
    },
  }
}
