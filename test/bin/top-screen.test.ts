import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { programPath, type Running, start } from '../support/program.ts'
import { openTerminal, type Terminal } from '../support/terminal.ts'

let folder = ''
let terminal: Terminal | undefined
let daemon: Running | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'screen-'))
})
afterEach(async () => {
  terminal?.close()
  await daemon?.stop('SIGKILL')
  rmSync(folder, { recursive: true })
})

const screenOf = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  terminal = openTerminal(process.execPath, [programPath, 'top', ...args], {
    columns: 100,
    rows: 24,
    env: { LANG: 'C.UTF-8', ...env },
  })
  return terminal
}

const startDaemon = async () => {
  const started = start([
    ...['-d', '--demo', '3', '--port', '14242', '--interval', '500ms', '--timeout', '500ms'],
    ...['--socket', join(folder, 'health.sock')],
  ])
  daemon = started
  await started.stderrMatches(/serving the health API/)
  return started
}

const settled = /demo-3-refuses +DOWN/

test('the demo cluster comes up with its faults, and q leaves the terminal as it was', async () => {
  const screen = screenOf(['--demo', '--timeout', '1s'])
  const shown = await screen.shows(settled)
  expect(shown).toMatch(/demo: 8 nodes on loopback {2}on demo-1/)
  await screen.shows(/demo-8-no-route +DOWN/)
  expect([screen.alternate(), screen.cursorHidden()]).toEqual([true, true])
  screen.type('q')
  expect((await screen.ended).exitCode).toBe(0)
  expect([screen.alternate(), screen.cursorHidden()]).toEqual([false, false])
})

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s leaves the terminal as it was', async (signal, code) => {
  const screen = screenOf(['--demo', '2'])
  await screen.shows(/demo-2 +OK/)
  screen.kill(signal)
  expect((await screen.ended).exitCode).toBe(code)
  expect([screen.alternate(), screen.cursorHidden()]).toEqual([false, false])
})

test('a daemon that goes keeps its last data under a banner, and is live again when it returns', async () => {
  const first = await startDaemon()
  const screen = screenOf(['-H', `unix://${join(folder, 'health.sock')}`])
  await screen.shows(settled)
  await first.stop('SIGKILL')
  const lost = await screen.shows(/lost/i)
  expect(lost).toMatch(/demo-2/)
  await startDaemon()
  await screen.shows(text => !/lost .*retry/i.test(text) && settled.test(text))
})

const losing = fileURLToPath(new URL('../support/lose-thread.ts', import.meta.url))

test('a probe thread that is lost is replaced, and the screen says so, in the header and the events', async () => {
  const env = { NODE_OPTIONS: `--import=${losing}` }
  const screen = screenOf(['--demo', '3', '--timeout', '500ms'], env)
  await screen.shows(settled)
  screen.kill('SIGUSR2')
  await screen.shows(/Probe thread lost, replaced \ds ago: it was ended/)
  screen.kill('SIGUSR2')
  await screen.shows(/lost \ds ago, retry in \ds: the probe thread is lost/)
  await screen.shows(/Probe thread lost, replaced \ds ago \(2 times so far\)/)
  await screen.shows(settled)
  screen.type('3')
  await screen.shows(/CRASH +probe thread lost and replaced \(2 tim/)
})

test('a key probes a daemon’s node', async () => {
  await startDaemon()
  const screen = screenOf(['-H', `unix://${join(folder, 'health.sock')}`])
  await screen.shows(settled)
  screen.type('p')
  await screen.shows(/probed/)
})

test('without colour no colour is sent', async () => {
  const screen = screenOf(['--demo', '3'], { NO_COLOR: '1' })
  await screen.shows(settled)
  screen.type('q')
  await screen.ended
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(screen.bytes()).not.toMatch(/\u001b\[[\d;]*(3[0-8]|4[0-8]|9\d)m/)
})

test('a dumb terminal gets one plain table', async () => {
  const screen = screenOf(['--demo', '3', '--timeout', '500ms'], { TERM: 'dumb' })
  expect((await screen.ended).exitCode).toBe(0)
  expect(screen.bytes()).toContain('demo-3-refuses')
  expect(screen.bytes()).not.toContain('\u001b')
})

test('a screen refuses rules on the command line: it has no end to judge', async () => {
  const screen = screenOf(['--demo', '1', '--fail-on', 'unreachable>0'])
  expect((await screen.ended).exitCode).toBe(1)
  expect(screen.text()).toContain('--fail-on judges a document')
})

test('a terminal that tells no size gets a table of the usual width', async () => {
  const command = ['-c', 'stty columns 0 rows 0; exec "$@"', 'sh', process.execPath, programPath]
  const args = ['top', '--demo', '3', '--timeout', '500ms']
  terminal = openTerminal('sh', [...command, ...args], { env: { TERM: 'dumb', LANG: 'C.UTF-8' } })
  expect((await terminal.ended).exitCode).toBe(0)
  expect(terminal.bytes()).toMatch(/demo-3-refuses +DOWN +127\.77\.3\.1/)
})

test.each([
  [['--columns', 'node,nope'], '--columns: no column "nope"; there are node state'],
  [['--sort', '-nope'], '--sort: no column "nope"'],
  [['--filter', 'icmp>5x'], '--filter, position 6: a number is needed'],
])('%j is refused before there is a screen', async (args, words) => {
  for (const env of [{}, { INK_SCREEN_READER: 'true' }]) {
    const screen = screenOf(['--demo', '2', ...args], env)
    expect((await screen.ended).exitCode).toBe(1)
    expect(screen.text()).toContain(words)
    expect(screen.bytes()).not.toContain('\u001b[?1049h')
  }
})
