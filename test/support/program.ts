import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const programPath = fileURLToPath(
  new URL('../../dist/bin/cilium-health.js', import.meta.url),
)

/** A home without settings. */
const home = mkdtempSync(join(tmpdir(), 'home-'))
process.once('exit', () => rmSync(home, { recursive: true, force: true }))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Lines of stdout as they come. */
  lines(): AsyncIterable<string>
  /** Resolves once stderr matches; rejects if the program ends before. */
  stderrMatches(pattern: RegExp): Promise<void>
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** What to put before the program: `ip netns exec NAME`. */
  readonly within?: readonly string[]
}

/** Starts the built program with an environment that holds nothing of the caller's settings. */
export function start(args: readonly string[], options: StartOptions = {}): Running {
  const [command = '', ...rest] = [
    ...(options.within ?? []),
    process.execPath,
    programPath,
    ...args,
  ]
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    LANG: 'C.UTF-8',
    CILIUM_HEALTH_SOCK: '/nonexistent/health.sock',
    CILIUM_SOCK: '/nonexistent/cilium.sock',
    ...options.env,
  }
  const child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const ended = once(child, 'close').then(([code]) => ({ code, stdout, stderr }) as Ended)
  return {
    child,
    ended,
    lines: () => createInterface({ input: child.stdout as NodeJS.ReadableStream }),
    async stderrMatches(pattern) {
      while (!pattern.test(stderr)) {
        const more = once(child.stderr as NodeJS.ReadableStream, 'data')
        const winner = await Promise.race([more, ended])
        if (!Array.isArray(winner) && !pattern.test(stderr)) {
          throw new Error(`ended with ${winner.code} before ${pattern}: ${stderr}`)
        }
      }
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}

/** Runs the built program to its end. */
export const run = (...args: readonly string[]): Promise<Ended> => start(args).ended
