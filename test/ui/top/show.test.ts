import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  compile,
  openTerminal,
  type Terminal,
  type TerminalOptions,
} from '../../support/terminal.ts'

const fixture = fileURLToPath(new URL('fixtures/program.ts', import.meta.url))
let compiled: ReturnType<typeof compile>
const opened: Terminal[] = []

beforeAll(() => {
  compiled = compile()
}, 120_000)
afterAll(() => compiled.remove())
afterEach(() => {
  for (const terminal of opened.splice(0)) terminal.close()
})

const program = (settings: object) => [
  fixture,
  join(compiled.folder, 'src/ui/top'),
  JSON.stringify(settings),
]

function top(settings: object = {}, options: TerminalOptions = {}): Terminal {
  const terminal = openTerminal(process.execPath, program(settings), options)
  opened.push(terminal)
  return terminal
}

const restored = async (terminal: Terminal, last: string) => {
  await terminal.shows(last)
  const { exitCode } = await terminal.ended
  expect(terminal.alternate()).toBe(false)
  expect(terminal.cursorHidden()).toBe(false)
  expect(terminal.text()).toContain('before the screen')
  // Bracketed paste, too, is given back.
  expect(terminal.bytes().lastIndexOf('\x1b[?2004l')).toBeGreaterThan(
    terminal.bytes().lastIndexOf('\x1b[?2004h'),
  )
  return exitCode
}

test('q leaves and restores the terminal', async () => {
  const terminal = top()
  await terminal.shows('reachable')
  terminal.type('q')
  expect(await restored(terminal, 'left, 0 listeners')).toBe(0)
})

test('Ctrl-C leaves from anywhere, and restores the terminal', async () => {
  const terminal = top()
  await terminal.shows('reachable')
  terminal.type('/abc')
  await terminal.shows('/abc')
  terminal.type('\x03')
  expect(await restored(terminal, 'left, 0 listeners')).toBe(0)
})

test.each(['SIGTERM', 'SIGHUP'] as const)('an abort on %s restores the terminal', async signal => {
  const terminal = top()
  await terminal.shows('reachable')
  terminal.kill(signal)
  expect(await restored(terminal, 'left, 0 listeners')).toBe(0)
})

test('a broken render rejects and restores the terminal', async () => {
  const terminal = top({ breakAfterMs: 300 })
  await terminal.shows('reachable')
  expect(await restored(terminal, 'broken: TypeError')).toBe(7)
})

test('keys, typed one by one or all at once, do what the table says', async () => {
  const terminal = top()
  await terminal.shows('1/200')
  terminal.type('jjj')
  await terminal.shows('4/200')
  terminal.type('\x1b[B\x1b[B')
  await terminal.shows('6/200')
  terminal.type('G')
  await terminal.shows('200/200')
  terminal.type('\x1b[5~')
  await terminal.shows('181/200')
  terminal.type('/state=down\r')
  await terminal.shows('6/6 of 200')
  terminal.type('\r')
  await terminal.shows('last 59m')
  terminal.type('\x1b')
  await terminal.shows('NODE ')
  terminal.type('?')
  await terminal.shows('Esc closes')
})

test('a probe shows its progress, and then what came of it', async () => {
  const terminal = top()
  await terminal.shows('reachable')
  terminal.type('  p')
  await terminal.shows('probing 2 nodes: 25%')
  await terminal.shows('2 probed in')
})

test('every size that a storm of resizes passes through is drawn without a row too wide', async () => {
  const terminal = top({ pushEveryMs: 20 })
  await terminal.shows('reachable')
  for (let step = 0; step < 40; step += 1) {
    terminal.resize(20 + ((step * 37) % 140), 5 + ((step * 13) % 45))
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  terminal.resize(2, 1)
  await new Promise(resolve => setTimeout(resolve, 30))
  terminal.resize(80, 24)
  await terminal.shows(screen => {
    const rows = screen.split('\n')
    return (
      (rows[0] ?? '').startsWith('cilium-health top') &&
      (rows[2] ?? '').startsWith('  NODE') &&
      (rows[23] ?? '').startsWith('? help')
    )
  })
  terminal.type('q')
  expect(await restored(terminal, 'left, 0 listeners')).toBe(0)
})

test('without colour no colour code is sent, and states are still told', async () => {
  const terminal = top({ color: false })
  await terminal.shows('DOWN')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR begins with ESC
  const codes = [...terminal.bytes().matchAll(/\x1b\[([\d;:]*)m/g)].flatMap(([, code = '']) =>
    code.split(';'),
  )
  expect(codes.filter(code => /^(3\d|4[0-9]|9\d|10\d)$/.test(code) && code !== '39')).toEqual([])
})

test('in ASCII nothing else reaches the terminal', async () => {
  const terminal = top({ ascii: true })
  await terminal.shows('DOWN')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ESC and line ends belong to it
  expect(terminal.bytes()).toMatch(/^[\x1b\x20-\x7e\r\n]*$/)
})

test('Ctrl-Z suspends to the shell, fg comes back with the same screen', async () => {
  const terminal = openTerminal('/bin/bash', ['--norc', '--noprofile', '-i'], {
    env: { PS1: 'shell> ' },
  })
  opened.push(terminal)
  await terminal.shows('shell>')
  terminal.type(`${[process.execPath, ...program({})].map(word => `'${word}'`).join(' ')}\n`)
  await terminal.shows('1/200')
  terminal.type('jj')
  await terminal.shows('3/200')
  terminal.type('\x1a')
  await terminal.shows('Stopped')
  expect(terminal.alternate()).toBe(false)
  expect(terminal.cursorHidden()).toBe(false)
  terminal.type('fg\n')
  await terminal.shows('3/200')
  expect(terminal.alternate()).toBe(true)
  terminal.type('j')
  await terminal.shows('4/200')
  terminal.type('\x0cq')
  await terminal.shows('left, 0 listeners')
})

test('with the mouse on, clicks select and the wheel moves; it is given back on the way out', async () => {
  const terminal = top()
  await terminal.shows('1/200')
  terminal.type('M')
  await terminal.shows('MOUSE')
  expect(terminal.bytes()).toContain('\x1b[?1006h')
  terminal.type('\x1b[<0;5;6M\x1b[<0;5;6m')
  await terminal.shows('3/200')
  terminal.type('\x1b[<65;5;6M')
  await terminal.shows('6/200')
  terminal.kill('SIGTERM')
  await restored(terminal, 'left, 0 listeners')
  expect(terminal.bytes()).toContain('\x1b[?1006l\x1b[?1000l')
})

test('F1 opens the help', async () => {
  const terminal = top()
  await terminal.shows('1/200')
  terminal.type('\x1bOP')
  await terminal.shows('/ searches')
})

test('a measure of text that is faster draws the same cells', async () => {
  const steps = [
    ['\r', 'verdict unreachable'],
    ['\x1b', 'NODE '],
    ['?', '/ searches'],
    ['\x1b', '1/200'],
    ['G', '200/200'],
    ['w', 'LAST-ERR'],
  ] as const
  const screens = []
  for (const fastWidth of [false, true]) {
    const terminal = top({ fastWidth }, { columns: 200, rows: 50 })
    const seen = [await terminal.shows('1/200')]
    for (const [key, text] of steps) {
      terminal.type(key)
      seen.push(await terminal.shows(text))
    }
    screens.push(seen)
  }
  expect(screens[1]).toEqual(screens[0])
})

test('without marks around frames none are sent', async () => {
  const terminal = top({ synchronized: false })
  await terminal.shows('1/200')
  terminal.type('j')
  await terminal.shows('2/200')
  expect(terminal.bytes()).not.toContain('\x1b[?2026')
})

test('keys come from the terminal itself where stdin is something else', async () => {
  const terminal = openTerminal('/bin/bash', [
    '-c',
    `'${[process.execPath, ...program({ ownKeyboard: true })].join("' '")}' < /dev/null`,
  ])
  opened.push(terminal)
  await terminal.shows('1/200')
  terminal.type('j')
  await terminal.shows('2/200')
  terminal.type('q')
  expect(await restored(terminal, 'left, 0 listeners')).toBe(0)
})

test('a screen reader gets lines: how things are, and then what is asked for', async () => {
  const terminal = top({ screenReader: true, nodes: 12 }, { columns: 100, rows: 30 })
  await terminal.shows('12 nodes: 1 DOWN')
  await terminal.shows('ip-10-0-0-3.eu-west-1.internal: DOWN, the host does not answer')
  expect(terminal.alternate()).toBe(false)
  terminal.type('p')
  await terminal.shows('12 probed in')
  terminal.type('q')
  await terminal.shows('left, 0 listeners')
})
