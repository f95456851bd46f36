import { constants } from 'node:os'
import { UserError } from '../src/core/errors.ts'

/** What the program ends with. Cilium's own client knows 0 and 1. */
export const exitCodes = { ok: 0, failure: 1, ruleMet: 2 } as const

const usual = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const

/** Signals that end a process which does not know them: they, too, must leave the terminal as it was. */
export const rareSignals = [
  ...['SIGABRT', 'SIGALRM', 'SIGIO', 'SIGPWR', 'SIGSTKFLT', 'SIGSYS', 'SIGTRAP'],
  ...['SIGVTALRM', 'SIGXCPU', 'SIGXFSZ'],
] as readonly NodeJS.Signals[]

/**
 * An abort signal for the process's end: aborted by the first SIGHUP, SIGINT, SIGQUIT or SIGTERM, or
 * one of those given besides, which also sets the exit code that a shell expects. A second one ends
 * the process at once, but for who has things to put away: only after `patienceMs`.
 */
export function endOnSignals(
  besides: readonly NodeJS.Signals[] = [],
  { patienceMs = 0 } = {},
): AbortSignal {
  const end = new AbortController()
  let endedMs = Number.NEGATIVE_INFINITY
  for (const name of [...usual, ...besides]) {
    const code = 128 + constants.signals[name]
    process.on(name, () => {
      if (end.signal.aborted) {
        if (performance.now() - endedMs >= patienceMs) process.exit(code)
        return
      }
      endedMs = performance.now()
      process.exitCode = code
      end.abort(new Error(name))
    })
  }
  return end.signal
}

/** For services: what they have opened is put away within this time, or not at all. */
export const puttingAway = { patienceMs: 5000 } as const

/** Log lines on stderr. A reader that is gone ends no service. */
export function logTo(stream: NodeJS.WriteStream): (line: string) => void {
  stream.on('error', () => {})
  return line => stream.write(line)
}

/** SIGUSR1 would open the inspector, which writes over the screen; SIGUSR2 would end it. */
export function ignoreUserSignals(): void {
  for (const name of ['SIGUSR1', 'SIGUSR2'] as const) process.on(name, () => {})
}

/** Tells an expected mistake in a line with its way out; anything else is a bug and keeps its stack. */
export function fail(error: unknown): void {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`Error: ${error.message}\n${error.hint ? `${error.hint}\n` : '\n'}`)
  process.exitCode = exitCodes.failure
}

/** A reader that stops reading, such as `head`, is no error; a full disk is one. */
export function watchStdout(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.ok)
    process.stderr.write(`Error: Cannot write to stdout: ${error.message}\n`)
    process.exit(exitCodes.failure)
  })
}

/** Writes to stdout and waits for it to be taken, so that a slow reader bounds our memory. */
export const print = (text: string): Promise<void> =>
  new Promise(resolve => {
    process.stdout.write(text, () => resolve())
  })
