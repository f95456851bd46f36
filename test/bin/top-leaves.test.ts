import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { programPath } from '../support/program.ts'
import { openTerminal, type Terminal } from '../support/terminal.ts'

const breaking = fileURLToPath(new URL('../ui/top/fixtures/breaking.ts', import.meta.url))
let folder = ''
let shell: Terminal | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leaves-'))
})
afterEach(() => {
  shell?.close()
  rmSync(folder, { recursive: true })
})

const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const kill = (signal: NodeJS.Signals) => process.kill(Number(read('pid')), signal)

/** A shell that runs `top`, and notes how the terminal is before and after it. */
function shellWith(env: Readonly<Record<string, string>>, around: readonly [string, string]) {
  const [before, behind] = around
  const program = `echo $$ >${folder}/pid; exec ${process.execPath} "$@"`
  const args = `${env.BREAK ? `--import ${breaking}` : ''} ${programPath} top --demo 2 --timeout 500ms`
  shell = openTerminal(
    '/bin/bash',
    [
      '-c',
      [
        `stty -a >${folder}/before`,
        `${before} bash -c '${program}' top ${args} ${behind}`,
        `echo "left with $?"; stty -a >${folder}/after; echo all"done"`,
      ].join('\n'),
    ],
    { columns: 100, rows: 24, env: { LANG: 'C.UTF-8', HOME: folder, ...env } },
  )
  return shell
}

async function expectSane(terminal: Terminal, code: number): Promise<void> {
  const text = await terminal.shows('alldone', 20_000)
  expect(text).toContain(`left with ${code}`)
  expect(read('after')).toBe(read('before'))
  expect([terminal.alternate(), terminal.cursorHidden()]).toEqual([false, false])
  const bytes = terminal.bytes()
  for (const mode of ['1000', '1006', '2004']) {
    expect(bytes.lastIndexOf(`\x1b[?${mode}l`)).toBeGreaterThanOrEqual(
      bytes.lastIndexOf(`\x1b[?${mode}h`),
    )
  }
}

/** The screen is there, and the mouse is in use. */
async function onScreen(terminal: Terminal): Promise<void> {
  await terminal.shows(/demo-2 +OK/, 20_000)
  terminal.type('M')
  await terminal.shows('MOUSE')
  expect([terminal.alternate(), terminal.cursorHidden()]).toEqual([true, true])
  expect(terminal.bytes()).toContain('\x1b[?1006h')
}

const storm = async (terminal: Terminal) => {
  for (let step = 0; step < 30; step += 1) {
    terminal.resize(2 + ((step * 37) % 140), 1 + ((step * 13) % 45))
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  terminal.resize(100, 24)
  await terminal.shows('MOUSE')
  terminal.type('q')
}
const quit = (terminal: Terminal) => terminal.type('q')
const by = (signal: NodeJS.Signals) => () => kill(signal)
const as = (way: string) => ({ BREAK: way })

interface Way {
  readonly way: string
  readonly act: (terminal: Terminal) => unknown
  readonly env?: Readonly<Record<string, string>>
  readonly around?: readonly [string, string]
  readonly code?: number
}
const ways: readonly Way[] = [
  { way: 'q', act: quit },
  { way: 'Ctrl-C', act: terminal => terminal.type('\x03') },
  { way: 'SIGINT', act: by('SIGINT'), code: 130 },
  { way: 'SIGTERM', act: by('SIGTERM'), code: 143 },
  { way: 'SIGHUP', act: by('SIGHUP'), code: 129 },
  { way: 'SIGQUIT', act: by('SIGQUIT'), code: 131 },
  { way: 'SIGALRM', act: by('SIGALRM'), code: 142 },
  { way: 'SIGXCPU', act: by('SIGXCPU'), code: 152 },
  { way: 'SIGABRT', act: by('SIGABRT'), code: 134 },
  { way: 'a throw in a render', act: by('SIGUSR2'), env: as('render'), code: 1 },
  { way: 'an uncaught exception', act: by('SIGUSR2'), env: as('exception'), code: 1 },
  { way: 'an unhandled rejection', act: by('SIGUSR2'), env: as('rejection'), code: 1 },
  { way: 'q after a storm of resizes', act: storm },
  { way: 'q with a piped stdin', act: quit, around: ['echo jjj |', ''] },
  { way: 'q with CI=1', act: quit, env: { CI: '1' } },
  { way: 'q with NO_COLOR=1', act: quit, env: { NO_COLOR: '1' } },
]

test.each(ways)('$way leaves the terminal as it was', async ({ act, ...row }) => {
  const { env = {}, around = ['', ''], code = 0 } = row
  const terminal = shellWith(env, around)
  await onScreen(terminal)
  await act(terminal)
  await expectSane(terminal, code)
  if (env.BREAK) expect(terminal.text()).toContain('TypeError: staged')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (env.NO_COLOR) expect(terminal.bytes()).not.toMatch(/\x1b\[[\d;]*(3[0-8]|4[0-8]|9\d)m/)
})

test.each([
  ['a piped stdout', {}, ['', '| cat']],
  ['TERM=dumb', { TERM: 'dumb' }, ['', '']],
] as const)(
  'with %s there is one plain table, and no code reaches the terminal',
  async (_name, env, around) => {
    const terminal = shellWith(env, around)
    await expectSane(terminal, 0)
    expect(terminal.text()).toMatch(/demo-2 +OK/)
    expect(terminal.bytes()).not.toContain('\x1b')
  },
)

test('SIGUSR1 and SIGUSR2 change nothing: no inspector, no end', async () => {
  const terminal = shellWith({}, ['', ''])
  await onScreen(terminal)
  kill('SIGUSR1')
  kill('SIGUSR2')
  terminal.type('jk3')
  await terminal.shows('lasting')
  quit(terminal)
  await expectSane(terminal, 0)
  expect(terminal.bytes()).not.toContain('Debugger')
})
