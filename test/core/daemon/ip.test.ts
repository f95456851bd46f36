import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { runIp } from '../../../src/core/daemon/ip.ts'

// A program called `ip` in a folder of its own, which the path leads to.
const path = process.env.PATH
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ip-'))
  const script = `#!/bin/sh
case "$1" in
  fail) echo 'RTNETLINK answers: File exists' >&2; echo more >&2; exit 2 ;;
  read) read -r line; echo "read $line" ;;
  *) printf '%s|' "$@" ;;
esac
`
  writeFileSync(join(folder, 'ip'), script)
  chmodSync(join(folder, 'ip'), 0o755)
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  process.env.PATH = path
})
const withOurs = () => {
  process.env.PATH = `${folder}:${path}`
}

test('arguments go as they are, without a shell', async () => {
  withOurs()
  expect(await runIp(['link', 'a b', '$(id)', ';'])).toBe('link|a b|$(id)|;|')
})

test('input is handed on', async () => {
  withOurs()
  expect(await runIp(['read'], '1\n')).toBe('read 1\n')
})

test('a command that fails is told with what `ip` says first', async () => {
  withOurs()
  await expect(runIp(['fail', 'now'])).rejects.toMatchObject({
    name: 'UserError',
    message: 'ip fail now: RTNETLINK answers: File exists',
  })
})

test('where there is no `ip`, the way out is told', async () => {
  process.env.PATH = '/nonexistent'
  await expect(runIp(['-V'])).rejects.toMatchObject({
    name: 'UserError',
    hint: expect.stringContaining('--no-endpoint'),
  })
})
