import type { Clock } from '../clock.ts'
import { UserError } from '../errors.ts'
import { unlessAborted } from './unless-aborted.ts'

/** What a controller has done so far; the times are Unix milliseconds. */
export interface ControllerStatus {
  readonly successes: number
  readonly lastSuccessMs?: number
  readonly failures: number
  readonly lastFailureMs?: number
  readonly consecutiveFailures: number
  readonly lastFailure?: string
}

export interface Controller {
  status(): ControllerStatus
  /** Asks for a run ahead of its time. */
  trigger(): void
  /** Resolves where a run met a bug: anything but a UserError. Then no run follows. */
  readonly failed: Promise<Error>
  /** Waits for the run that is under way, and undoes what the runs did. */
  close(): Promise<void>
}

export interface ControllerOptions {
  /** Brings about what should be. Throws a UserError where it cannot, to be run again. */
  readonly run: (signal: AbortSignal) => Promise<void>
  /** Called once, after the last run. */
  readonly undo?: () => Promise<void>
  readonly intervalMs: number
  readonly clock: Clock
  readonly onChange?: () => void
}

/** After each error the pause is this much longer, up to the interval: the rule of Cilium's own. */
const retryBaseMs = 1000
/** However often it is triggered, this lies between two runs. */
const minPauseMs = 500

/** Cilium's controller: runs at once and every interval, sooner after an error, until closed. */
export function createController(options: ControllerOptions): Controller {
  const { run, undo = async () => {}, intervalMs, clock, onChange = () => {} } = options
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>()
  const end = new AbortController()
  let wake = new AbortController()
  let status: ControllerStatus = { successes: 0, failures: 0, consecutiveFailures: 0 }

  const attempt = async () => {
    try {
      await run(end.signal)
      status = afterSuccess(status, clock.nowMs())
    } catch (error) {
      if (end.signal.aborted) return
      if (!(error instanceof UserError)) throw error
      status = afterFailure(status, clock.nowMs(), error.message)
    }
    onChange()
  }

  const pause = async () => {
    const failures = status.consecutiveFailures
    const pauseMs = failures === 0 ? intervalMs : Math.min(intervalMs, failures * retryBaseMs)
    const leastMs = Math.min(pauseMs, minPauseMs)
    await clock.sleep(leastMs, end.signal)
    const either = AbortSignal.any([end.signal, wake.signal])
    await clock.sleep(pauseMs - leastMs, either).catch(unlessAborted(either))
  }

  const keepRunning = async () => {
    while (!end.signal.aborted) {
      wake = new AbortController()
      await attempt()
      await pause().catch(unlessAborted(end.signal))
    }
  }

  // Nobody is told of changes before they have us.
  const ended = Promise.resolve().then(keepRunning).catch(fail)
  return {
    status: () => status,
    trigger: () => wake.abort(),
    failed,
    async close() {
      end.abort()
      await ended
      await undo()
    },
  }
}

const afterSuccess = (status: ControllerStatus, nowMs: number): ControllerStatus => ({
  ...status,
  successes: status.successes + 1,
  lastSuccessMs: nowMs,
  consecutiveFailures: 0,
})

const afterFailure = (
  status: ControllerStatus,
  nowMs: number,
  lastFailure: string,
): ControllerStatus => ({
  ...status,
  failures: status.failures + 1,
  lastFailureMs: nowMs,
  consecutiveFailures: status.consecutiveFailures + 1,
  lastFailure,
})
