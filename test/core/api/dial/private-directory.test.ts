import { existsSync, mkdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  baseDirectory,
  createPrivateDirectory,
  removeLeftovers,
} from '../../../../src/core/api/dial/private-directory.ts'
import { temporary } from '../fake-source.ts'

/** No process has this number: the kernel's limit is 4,194,304. */
const deadPid = 4_999_999

function leftBy(owner: string, base = temporary()) {
  const directory = join(base, `cilium-health-ssh-${owner}-AbCdEf`)
  mkdirSync(directory)
  return { base, directory }
}

test('only we may enter, and while we live it is no leftover', async () => {
  const base = temporary()
  const directory = await createPrivateDirectory(base)
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  await removeLeftovers(base)
  expect(existsSync(directory)).toBe(true)
})

test.each([
  ['a process that is gone', `${deadPid}-0`],
  ['another process that had our number', `${process.pid}-1`],
])('what %s left is removed', async (_, owner) => {
  const { base, directory } = leftBy(owner)
  await removeLeftovers(base)
  expect(existsSync(directory)).toBe(false)
})

test('what has another name, or a socket that answers, is left alone', async () => {
  const { base, directory } = leftBy(`${deadPid}-0`)
  const stranger = join(base, 'cilium-health-ssh-notes')
  mkdirSync(stranger)
  const server = createServer(socket => socket.destroy())
  onTestFinished(() => {
    server.close()
  })
  await new Promise<void>(resolve => server.listen(join(directory, 's'), resolve))
  await removeLeftovers(base)
  expect([directory, stranger].map(path => existsSync(path))).toEqual([true, true])
})

test('a directory whose name ssh would not take as it stands is not used', () => {
  expect(baseDirectory('/tmp')).toBe('/tmp')
  for (const path of ['/tmp/a b', '/tmp/%h', '/nonexistent/x', `/tmp/${'x'.repeat(80)}`]) {
    expect(baseDirectory(path)).toBe('/tmp')
  }
})
