import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../errors.ts'

export interface Pidfile {
  /** Removes the file if it is still ours. */
  close(): void
}

/**
 * Writes a pid as Cilium does: decimal and a newline, mode 0660; in one step, so that nobody reads half of it.
 * Throws a UserError where it can't.
 */
export function writePidfile(path: string, pid = process.pid): Pidfile {
  const unfinished = `${path}.${pid}`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(unfinished, `${pid}\n`, { mode: 0o660 })
    renameSync(unfinished, path)
  } catch (error) {
    if (existsSync(unfinished)) rmSync(unfinished)
    throw new UserError(`Cannot write the pidfile ${path}: ${(error as Error).message}`)
  }
  return {
    close() {
      if (readPidfile(path) === pid) rmSync(path, { force: true })
    },
  }
}

/** The pid of a pidfile; 0, as in Cilium, when there is none: nothing to end. */
export function readPidfile(path: string): number {
  try {
    const text = readFileSync(path, 'utf8').slice(0, 32).trim()
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0
  } catch {
    return 0
  }
}
