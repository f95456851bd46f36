import { expect, test } from 'vitest'
import { startChild } from '../../../src/core/daemon/child.ts'

/** A real process that runs this script, and what it says. */
function run(script: string, graceMs?: number) {
  const said: string[] = []
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const write = (line: string) => {
    said.push(line)
    resolve()
  }
  const command = { file: process.execPath, args: ['-e', script] }
  return { said, ready, child: startChild(command, graceMs ? { write, graceMs } : { write }) }
}

test('it tells how the child ended, and hands on what it said', async () => {
  const { child, said } = run(`
    console.error('time=2026-01-01T00:00:00Z level=info msg=starts')
    console.error('Error: Cannot listen on * port 4240: EADDRINUSE')
    console.error('choose another with --port')
    process.exitCode = 1
  `)
  expect(await child.ended).toBe(
    'ended with code 1: Error: Cannot listen on * port 4240: EADDRINUSE',
  )
  expect(said).toHaveLength(3)
  expect(said[2]).toBe('choose another with --port\n')
})

test('the reason is found in a log line of level error as well', async () => {
  const line = 'time=2026-01-01T00:00:00Z level=error msg=ends error="prober: broken"'
  const { child } = run(`console.error('${line}'); process.exitCode = 1`)
  expect(await child.ended).toBe('ended with code 1: "prober: broken"')
})

test('a child that heeds SIGTERM ends by itself', async () => {
  const { child, ready } = run(`
    process.on('SIGTERM', () => process.exit(0))
    setInterval(() => {}, 1000)
    console.error('ready')
  `)
  await ready
  await child.stop()
  expect(await child.ended).toBe('ended with code 0')
})

test('a child that ignores SIGTERM is killed after the grace', async () => {
  const { child, ready } = run(
    `
    process.on('SIGTERM', () => {})
    setInterval(() => {}, 1000)
    console.error('ready')
  `,
    50,
  )
  await ready
  await child.stop()
  expect(await child.ended).toBe('ended by SIGKILL')
})

test('a grandchild that holds stderr open does not keep the child from having ended', async () => {
  const { child, said } = run(`
    const { spawn } = require('node:child_process')
    const args = ['-e', 'setTimeout(() => {}, 20000)']
    const held = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    console.error(held.pid)
    held.unref()
  `)
  expect(await child.ended).toBe('ended with code 0')
  process.kill(Number(said[0]), 'SIGKILL')
})

test('a program that is not there has ended with the reason', async () => {
  const child = startChild({ file: '/nonexistent/program', args: [] }, { write: () => {} })
  expect(child.pid).toBeUndefined()
  expect(await child.ended).toMatch(/^cannot be started: .*ENOENT/)
  await child.stop()
})
