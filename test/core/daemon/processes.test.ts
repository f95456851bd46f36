import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { commandLine, endByPidfile, hasPidfile } from '../../../src/core/daemon/processes.ts'

let folder = ''
let pidfile = ''
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'processes-'))
  pidfile = join(folder, 'health.pid')
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

async function run(...args: readonly string[]): Promise<ChildProcess> {
  const script = 'console.log("ready"); setInterval(() => {}, 1000)'
  const child = spawn(process.execPath, ['-e', script, '--', ...args])
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

test('a process that was started with the pidfile is ended, and the file removed', async () => {
  const child = await run('--pidfile', pidfile)
  writeFileSync(pidfile, `${child.pid}\n`)
  const ended = once(child, 'exit')
  await endByPidfile(pidfile, systemClock)
  expect((await ended)[1]).toBe('SIGTERM')
  expect(existsSync(pidfile)).toBe(false)
})

test('a process that only has its number is left alone', async () => {
  const stranger = await run('--pidfile', `${pidfile}-of-another`)
  writeFileSync(pidfile, `${stranger.pid}\n`)
  await endByPidfile(pidfile, systemClock)
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
  expect(existsSync(pidfile)).toBe(false)
})

test('where there is no pidfile, there is nothing to end', async () => {
  await endByPidfile(pidfile, systemClock)
  expect(hasPidfile(0, pidfile)).toBe(false)
})

test('our own number in an old pidfile is not ours to end', () => {
  const word = commandLine(process.pid)[0] ?? ''
  expect(word).not.toBe('')
  expect(hasPidfile(process.pid, word)).toBe(false)
})

test('a process that is gone has no command line', async () => {
  const child = await run()
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  expect(commandLine(child.pid ?? 0)).toEqual([])
})
