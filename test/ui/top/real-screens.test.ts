import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { compile, openTerminal, type Terminal } from '../../support/terminal.ts'

const fixture = fileURLToPath(new URL('fixtures/program.ts', import.meta.url))
let compiled: ReturnType<typeof compile>
let terminal: Terminal | undefined

beforeAll(() => {
  compiled = compile()
}, 120_000)
afterAll(() => compiled.remove())
afterEach(() => terminal?.close())

interface Scene {
  readonly name: string
  readonly settings?: object
  readonly keys?: string
  /** What is there once all of it is. */
  readonly shows: string
  readonly size?: string
}

const scenes: readonly Scene[] = [
  { name: 'table', shows: '192/200 reachable' },
  { name: 'detail', keys: '\r', shows: 'Esc back' },
  { name: 'events', settings: { soon: 'down' }, keys: '3', shows: '9 lasting' },
  { name: 'help', keys: '?', shows: 'Esc close' },
  { name: 'help-search', keys: '?/mark', shows: '/mark' },
  { name: 'source-lost', settings: { soon: 'lost' }, shows: 'connection refused' },
  { name: 'filter-error', keys: '/web or icmp>5x', shows: 'a number is needed' },
  { name: 'table', size: '20x5', shows: 'bad' },
]

test.each(scenes)('a terminal shows $name $size as the pure views say', async scene => {
  const { name, settings = {}, keys, shows, size = '80x24' } = scene
  const [columns = 80, rows = 24] = size.split('x').map(Number)
  const args = [fixture, join(compiled.folder, 'src/ui/top'), JSON.stringify(settings)]
  terminal = openTerminal(process.execPath, args, { columns, rows })
  await terminal.shows(size === '20x5' ? 'bad' : 'reachable')
  if (keys !== undefined) terminal.type(keys)
  const screen = await terminal.shows(shows)
  expect([terminal.alternate(), terminal.cursorHidden()]).toEqual([true, true])
  await expect(`${screen}\n`).toMatchFileSnapshot(`screens/real-${name}-${size}.txt`)
})
