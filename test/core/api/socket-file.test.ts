import { lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { listenOnSocketFile } from '../../../src/core/api/socket-file.ts'
import { UserError } from '../../../src/core/errors.ts'
import { temporary } from './fake-source.ts'

async function listening(path: string) {
  const server = createServer(socket => socket.end())
  onTestFinished(() => {
    server.close()
  })
  return { server, file: await listenOnSocketFile(server, path) }
}

test('the socket is for its owner and group only, in a directory made if there is none', async () => {
  const path = join(temporary(), 'run', 'cilium', 'health.sock')
  await listening(path)
  expect(statSync(path).mode & 0o777).toBe(0o660)
  expect(lstatSync(join(path, '..')).mode & 0o777 & ~0o022).toBe(0o755)
  expect(readdirSync(join(path, '..')), 'nothing else is left').toEqual(['health.sock'])
})

test("a live daemon's socket is never taken away", async () => {
  const path = join(temporary(), 'health.sock')
  await listening(path)
  const { ino } = lstatSync(path)
  await expect(listening(path)).rejects.toThrow(UserError)
  await expect(listening(path)).rejects.toThrow(/Another daemon is listening on/)
  expect(lstatSync(path).ino).toBe(ino)
})

test('a dead socket is replaced', async () => {
  const path = join(temporary(), 'health.sock')
  const { server } = await listening(path)
  await new Promise(resolve => server.close(resolve))
  expect(lstatSync(path).isSocket(), 'its file outlives the listener').toBe(true)
  await listening(path)
  expect(lstatSync(path).isSocket()).toBe(true)
})

test('a file that is no socket stays', async () => {
  const path = join(temporary(), 'health.sock')
  writeFileSync(path, 'precious')
  await expect(listening(path)).rejects.toThrow(/in the way: it is no socket/)
})

test('the socket goes when it is released, but not one that somebody else put there', async () => {
  const path = join(temporary(), 'health.sock')
  const first = await listening(path)
  await new Promise(resolve => first.server.close(resolve))
  const second = await listening(path)
  await first.file.release()
  expect(lstatSync(path).isSocket()).toBe(true)
  await second.file.release()
  expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined()
  await second.file.release()
})

test('a path that no socket can have is refused with words', async () => {
  await expect(listening(join(temporary(), 'x'.repeat(120)))).rejects.toThrow(/longer than 107/)
  const file = join(temporary(), 'file')
  writeFileSync(file, '')
  await expect(listening(join(file, 'health.sock'))).rejects.toThrow(UserError)
  await expect(listening('/proc/health.sock')).rejects.toThrow(UserError)
})
