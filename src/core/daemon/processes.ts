import { readFileSync, rmSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import { UserError } from '../errors.ts'
import { readPidfile } from './pidfile.ts'

/** A process's command line; empty when it is gone, or dead and not yet fetched by its parent. */
export function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
  } catch {
    return []
  }
}

/**
 * Whether this process was started with that pidfile: a number alone may be anybody's by now, even
 * ours, where a container's numbers begin anew.
 */
export const hasPidfile = (pid: number, pidfile: string): boolean =>
  pid !== 0 && pid !== process.pid && commandLine(pid).includes(pidfile)

/** Ends a process that was started with this pidfile, if there still is one, and removes the file. */
export async function endByPidfile(pidfile: string, clock: Clock): Promise<void> {
  await endProcess(readPidfile(pidfile), pidfile, clock)
  rmSync(pidfile, { force: true })
}

const graceMs = { SIGTERM: 5000, SIGKILL: 1000 } as const
const toTheEnd = new AbortController().signal

/** Ends a process unless it was not started with this pidfile. Throws a UserError where it stays. */
export async function endProcess(pid: number, pidfile: string, clock: Clock): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (let waitedMs = 0; waitedMs < graceMs[signal]; waitedMs += 50) {
      if (!hasPidfile(pid, pidfile)) return
      if (waitedMs === 0) send(signal, pid)
      await clock.sleep(50, toTheEnd)
    }
  }
  if (hasPidfile(pid, pidfile)) throw new UserError(`Process ${pid} (${pidfile}) does not end`)
}

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPERM') throw new UserError(`Process ${pid} is not ours to end: EPERM`)
    if (code !== 'ESRCH') throw error
  }
}
