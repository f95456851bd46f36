import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
}

/** A process that we started. */
export interface Child {
  /** Undefined where it could not be started; then it has ended already. */
  readonly pid: number | undefined
  /** Resolves once it is gone, with how it ended. Never rejects. */
  readonly ended: Promise<string>
  /** SIGTERM, and SIGKILL after the grace. Resolves once it is gone. */
  stop(): Promise<void>
}

export interface ChildOptions {
  /** Takes each line that the child writes to stderr, with its end. */
  readonly write: (line: string) => void
  /** How long it may take to end by itself. */
  readonly graceMs?: number
}

/** Starts a process in a session of its own: a terminal's Ctrl-C is for us, we end our children. */
export function startChild(
  { file, args }: Command,
  { write, graceMs = 5000 }: ChildOptions,
): Child {
  const child: ChildProcess = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  let mistake: string | undefined
  const hear = (line: string) => {
    mistake = mistakes.exec(line)?.[1]?.slice(0, 500) ?? mistake
    write(`${line}\n`)
  }
  // There is none where we are out of file descriptors.
  if (child.stderr) createInterface({ input: child.stderr }).on('line', hear)
  child.on('error', error => resolve(`cannot be started: ${error.message}`))
  // A grandchild may hold its stderr open for ever.
  child.once('exit', () => setTimeout(() => child.stderr?.destroy(), 1000).unref())
  child.once('close', (code, signal) => {
    const how = signal === null ? `ended with code ${code}` : `ended by ${signal}`
    resolve(mistake === undefined ? how : `${how}: ${mistake}`)
  })
  return {
    pid: child.pid,
    ended,
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await ended
      clearTimeout(late)
    },
  }
}

/** An error's own line, or what a log line of level error has to say. */
const mistakes = /(?:^(?=\w*Error: )|^time=\S+ level=error .*\berror=)(.*)/
