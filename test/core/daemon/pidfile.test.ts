import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readPidfile, writePidfile } from '../../../src/core/daemon/pidfile.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pidfile-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a pidfile holds the pid and a newline, and goes when closed', () => {
  const path = join(folder, 'state', 'health-endpoint.pid')
  const pidfile = writePidfile(path, 4240)
  expect(readFileSync(path, 'utf8')).toBe('4240\n')
  expect(statSync(path).mode & 0o007).toBe(0)
  pidfile.close()
  expect(existsSync(path)).toBe(false)
})

test('a pidfile that somebody else has taken over stays', () => {
  const path = join(folder, 'pid')
  const pidfile = writePidfile(path, 1000)
  writeFileSync(path, '2000\n')
  pidfile.close()
  expect(readPidfile(path)).toBe(2000)
})

test.each(['', 'no pid', '-1', '0', '12 34', '99999999999999'])(
  'what is no pid (%j) reads as 0: nothing to end',
  text => {
    const path = join(folder, 'pid')
    writeFileSync(path, text)
    expect(readPidfile(path)).toBe(0)
    expect(readPidfile(join(folder, 'missing'))).toBe(0)
  },
)

test('a pidfile that cannot be written is told with its path', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => writePidfile(join(folder, 'file', 'pid'))).toThrow('Cannot write the pidfile')
})
