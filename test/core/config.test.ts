import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openConfig, readSettings } from '../../src/core/config.ts'
import { UserError } from '../../src/core/errors.ts'

function folderWith(text?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'config.json')
  if (text !== undefined) writeFileSync(file, text)
  return { folder, file }
}

test('without a file nothing is set', async () => {
  const { folder, file } = folderWith()
  const config = await openConfig(folder)
  expect(config.settings).toEqual({})
  expect(config.file).toBe(file)
})

test('settings that may not be read are none, and that is told', async () => {
  const { folder, file } = folderWith('{"port": 1}')
  chmodSync(file, 0)
  const mayAll = process.geteuid?.() === 0
  if (mayAll) process.seteuid?.('nobody')
  const read = await readSettings(folder).finally(() => mayAll && process.seteuid?.(0))
  expect(read).toEqual({ file, settings: {}, unreadable: 'EACCES' })
  expect(await readSettings(join(folder, 'none'))).toMatchObject({ settings: {} })
})

test('a stored setting is there the next time, time spans in milliseconds', async () => {
  const { folder } = folderWith()
  const config = await openConfig(folder)
  config.set('nodes', ['a=10.0.0.1'])
  config.set('interval', '1m30s')
  config.set('keys', { quit: 'x' })
  config.set('theme', 'light')
  config.unset('theme')
  expect((await openConfig(folder)).settings).toEqual({
    nodes: ['a=10.0.0.1'],
    interval: 90_000,
    keys: { quit: 'x' },
  })
})

test.each([
  ['{"interval": "soon"}', '"interval" is "soon": a time span looks like'],
  ['{"port": 99999}', '"port" is 99999: '],
  ['{"nodes": ["a=10.0.0.1", 5]}', '"nodes.1" is 5: '],
  ['{"them": "light"}', 'there is no setting "them"'],
  ['{"nodes": [', 'JSON'],
  ['["nodes"]', 'must hold an object'],
])('a file with %s is refused by name, and stays as it is', async (text, message) => {
  const { folder, file } = folderWith(text)
  const error = await openConfig(folder).catch(error => error)
  expect(error).toBeInstanceOf(UserError)
  expect(error.message).toContain(file)
  expect(error.message).toContain(message)
  expect(readFileSync(file, 'utf8')).toBe(text)
})

test('a file that went wrong meanwhile is not overwritten', async () => {
  const { folder, file } = folderWith('{}')
  const config = await openConfig(folder)
  writeFileSync(file, '{"port": ')
  expect(() => config.set('port', 1)).toThrow(UserError)
  expect(readFileSync(file, 'utf8')).toBe('{"port": ')
})

test('a wrong value is not stored', async () => {
  const { folder } = folderWith('{"port": 4240}')
  const config = await openConfig(folder)
  expect(() => config.set('port', 'x')).toThrow('"port" is "x"')
  expect(() => config.set('prot', 1)).toThrow('there is no setting "prot"')
  expect((await openConfig(folder)).settings).toEqual({ port: 4240 })
})

test.skipIf(process.platform !== 'linux')(
  'where the folder cannot be made (Linux: in /sys), nothing is set and nothing can be',
  async () => {
    const config = await openConfig('/sys/cilium-health')
    expect(config.settings).toEqual({})
    expect(() => config.set('port', 1)).toThrow(UserError)
  },
)

test('a file that cannot be read is told by its name', async () => {
  const { file } = folderWith('{}')
  await expect(openConfig(file)).rejects.toThrow(file)
})
