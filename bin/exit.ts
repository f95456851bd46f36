import { UserError } from '../src/core/errors.ts'

/** What the program ends with. Cilium's own client knows 0 and 1. */
export const exitCodes = { ok: 0, failure: 1, ruleMet: 2 } as const

const signals = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const

/**
 * An abort signal for the process's end: aborted by the first SIGHUP, SIGINT, SIGQUIT or SIGTERM,
 * which also sets the exit code that a shell expects. A second one ends the process at once.
 */
export function endOnSignals(): AbortSignal {
  const end = new AbortController()
  for (const [name, code] of Object.entries(signals)) {
    process.on(name, () => {
      if (end.signal.aborted) process.exit(code)
      process.exitCode = code
      end.abort(new Error(name))
    })
  }
  return end.signal
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
