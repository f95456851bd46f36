import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { programPath, type Running, start } from '../support/program.ts'
import { openTerminal, type Terminal } from '../support/terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'ch-top-mesh-'))
const uriOf = (name: string) => `unix://${folder}/${name}.sock`
const daemons = new Map<string, Running>()
let port = 0
let terminal: Terminal | undefined

// Three nodes; the third one has no daemon.
const addresses = { a: '127.0.77.1', b: '127.0.77.2', c: '127.0.77.3' }
const startDaemon = async (name: 'a' | 'b') => {
  const nodes = Object.entries(addresses).flatMap(([node, ip]) => ['--node', `${node}=${ip}`])
  const daemon = start([
    ...['-d', ...nodes, '--icmp', 'off', '--port', `${port}`, '--interval', '500ms'],
    ...['--listen-address', addresses[name], '--socket', `${folder}/${name}.sock`],
  ])
  daemons.set(name, daemon)
  await daemon.stderrMatches(/serving the health API/)
}

beforeAll(async () => {
  port = await freePort()
  await Promise.all([startDaemon('a'), startDaemon('b')])
})
afterEach(() => terminal?.close())
afterAll(async () => {
  await Promise.all([...daemons.values()].map(daemon => daemon.stop('SIGKILL')))
  rmSync(folder, { recursive: true, force: true })
})

const topOf = (...args: readonly string[]) => {
  terminal = openTerminal(process.execPath, [programPath, 'top', ...args], {
    columns: 120,
    rows: 30,
    env: { LANG: 'C.UTF-8' },
  })
  return terminal
}

test('several hosts are tables to switch between, and one mesh', async () => {
  const screen = topOf('-H', `a=${uriOf('a')}`, '--attach', `b=${uriOf('b')}`)
  await screen.shows(/\[1\/2\] {2}unix:.*a\.sock/)
  await screen.shows(/c +DOWN/)
  screen.type(']')
  await screen.shows(/\[2\/2\] {2}unix:.*b\.sock/)
  screen.type('2')
  const mesh = await screen.shows(/2\/2 sources {2}✗ 2 failing .* ● 4 {2}3 nodes {2}6 pairs/)
  expect(mesh).toMatch(/^>a +✗1/m)
  expect(mesh).toContain('a -> c: ')
  screen.type('\r')
  await screen.shows(/c -> a: nobody was asked there/)
  screen.type('q')
  expect((await screen.ended).exitCode).toBe(0)
})

test('a source that goes is told with its reason, and is back when it returns', async () => {
  const screen = topOf('-H', `a=${uriOf('a')}`, '-H', `b=${uriOf('b')}`)
  await screen.shows(/c +DOWN/)
  screen.type('2o')
  await screen.shows(/b +unix:.* read/)
  await daemons.get('b')?.stop('SIGKILL')
  await screen.shows(/b +unix:.* not read: lost/)
  await startDaemon('b')
  await screen.shows(/b +unix:.* read/, 20_000)
})

test('one source shows its row, and how to add others', async () => {
  const screen = topOf('-H', uriOf('a'))
  await screen.shows(/c +DOWN/)
  screen.type('2')
  await screen.shows('One source, one row')
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
