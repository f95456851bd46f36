import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connected } from './socket.ts'
import { isForwardable } from './ssh-target.ts'

/** With the owner in the name, nobody can see the directory before it is known whose it is. */
const prefix = 'cilium-health-ssh-'
/** ssh binds a socket by a longer name first, and 107 bytes is all that an address has. */
const maxBaseBytes = 40

/** Where private directories are made: as asked, if ssh takes a path below it; else /tmp. */
export function baseDirectory(asked: string = tmpdir()): string {
  const fits = isForwardable(asked) && Buffer.byteLength(asked) <= maxBaseBytes
  return fits && lstatSync(asked, { throwIfNoEntry: false })?.isDirectory() ? asked : '/tmp'
}

/** Makes a directory that only we may enter (0700). */
export const createPrivateDirectory = (base: string): Promise<string> =>
  mkdtemp(join(base, `${prefix}${process.pid}-${startTime(process.pid)}-`))

/**
 * Removes what a run that was killed left behind: its directories, and the ssh processes that still
 * serve sockets there. What belongs to another user or to a process that lives is left alone.
 */
export async function removeLeftovers(base: string): Promise<void> {
  const found = readdirSync(base).filter(name => name.startsWith(prefix))
  const orphans = found.map(name => join(base, name)).filter(isOrphan)
  await Promise.all(
    orphans.map(async directory => {
      const socket = join(directory, 's')
      await Promise.all(processesOf(socket).map(pid => end(pid, socket)))
      // It may belong to a process that we cannot see, in another container.
      if (!(await answers(socket))) rmSync(directory, { recursive: true, force: true })
    }),
  )
}

function isOrphan(directory: string): boolean {
  const there = lstatSync(directory, { throwIfNoEntry: false })
  if (!there?.isDirectory() || there.uid !== process.getuid?.()) return false
  const [, pid, started = ''] = /-(\d+)-(\d+)-\w+$/.exec(directory) ?? []
  return pid !== undefined && !lives(Number(pid), started)
}

/** Numbers of processes come again: the time of the start tells one from the other. */
function lives(pid: number, started: string): boolean {
  const hasProc = startTime(process.pid) !== unknownTime
  if (hasProc) return startTime(pid) !== unknownTime && startTime(pid) === started
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const unknownTime = '0'

/**
 * In ticks since the machine's start; `unknownTime` where there is no /proc, or no such process but
 * perhaps its remains, which nobody has fetched yet.
 */
function startTime(pid: number): string {
  const stat = proc(pid, 'stat')
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? unknownTime : (fields[18] ?? unknownTime)
}

/** Empty where there is none. */
function proc(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

const serves = (pid: number, socket: string): boolean =>
  proc(pid, 'cmdline')
    .split('\0')
    .some(word => word.startsWith(`${socket}:`))

function processesOf(socket: string): readonly number[] {
  const pids = lstatSync('/proc/self', { throwIfNoEntry: false }) ? readdirSync('/proc') : []
  return pids
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => serves(pid, socket))
}

async function end(pid: number, socket: string): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!serves(pid, socket)) return
    send(pid, signal)
    for (let tries = 0; tries < 20 && serves(pid, socket); tries += 1) await sleep(50)
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It has ended by itself just now.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const answers = (socket: string): Promise<boolean> =>
  connected({ path: socket }, AbortSignal.timeout(1000)).then(
    connection => {
      connection.destroy()
      return true
    },
    () => false,
  )
