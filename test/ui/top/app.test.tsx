import { render } from 'ink-testing-library'
import { expect, test, vi } from 'vitest'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { App } from '../../../src/ui/top/App.tsx'
import { createSession } from '../../../src/ui/top/session.ts'
import { bigCluster, cluster, type FakeSource, fakeSource, nowMs } from '../../support/clusters.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR begins with ESC
const sgr = /\x1b\[[\d;]*m/g
const look = { theme: 'default', color: false, ascii: false } as const

function app(snapshot: Snapshot = bigCluster(150)) {
  const source = fakeSource(snapshot)
  let now = nowMs
  const session = createSession({ source, nowMs: () => now, look })
  const screen = render(<App session={session} send={() => {}} />)
  const frame = () => screen.lastFrame()?.replace(sgr, '')
  const shows = (text: string) =>
    vi.waitFor(() => expect(frame()).toContain(text), { timeout: 5000 })
  const end = () => {
    screen.unmount()
    session.close()
  }
  const pass = (ms: number) => {
    now += ms
  }
  return { frame, source, shows, end, pass, type: (keys: string) => screen.stdin.write(keys) }
}

const answered = async (answer: Parameters<FakeSource['answer']>[0], text: string) => {
  const top = app()
  await top.shows('1/150')
  top.type('p')
  await top.shows('probing 1 node ...')
  top.source.orders[0]?.onProgress?.(1, 2)
  await top.shows('probing 1 node ...')
  top.source.answer(answer)
  await top.shows(text)
  expect(top.frame()).not.toContain('probing 1 node: 50%')
  top.end()
}

test('arrows, letters and control keys reach the session', async () => {
  const top = app()
  await top.shows('1/150')
  top.type('\x1b[B')
  await top.shows('2/150')
  top.type('\x04')
  await top.shows('/150')
  top.type('\x1b[F')
  await top.shows('150/150')
  top.type('?')
  await top.shows('Esc close')
  top.type('\x1b')
  await top.shows('150/150')
  top.end()
})

test('a pasted text becomes the filter, without its control characters', async () => {
  const top = app()
  await top.shows('1/150')
  top.type('/')
  await top.shows('Enter keeps')
  top.type('\x1b[200~ip-10-0\x1b[2J-0-3\x1b[201~')
  await top.shows('/ip-10-0[2J-0-3')
  top.end()
})

test('a pasted text goes into every prompt, and nowhere else', async () => {
  const top = app()
  await top.shows('1/150')
  top.type(':')
  await top.shows('Actions')
  top.type('\x1b[200~errors\x1b[201~')
  await top.shows(':errors')
  top.type('\x1b')
  await top.shows('? help')
  top.type('\x1b[200~qjj\x1b[201~')
  top.type('xc')
  await top.shows('file: ')
  top.type('\x15\x1b[200~/tmp/my nodes\x1b[201~')
  await top.shows('file: /tmp/my nodes')
  expect(top.frame()).toContain('1/150')
  top.end()
})

test('what came of a probe is told plainly', async () => {
  await answered({ kind: 'probed', paths: 2 }, '1 probed in 0.0s: 1 unchanged')
  await answered({ kind: 'cached' }, 'answers from its cache')
  await answered(
    { kind: 'refused', reason: 'write access is off\x1b[2J' },
    'probing refused: write access is off[2J',
  )
})

test('r asks a source again that is asked now and then, and tells of others', async () => {
  const top = app()
  await top.shows('1/150')
  top.type('r')
  await top.shows('results come by themselves')
  Object.assign(top.source, { refetch: () => true })
  top.type('r')
  await top.shows('asked again')
  top.end()
})

test('one order at a time is probed, and leaving ends it', async () => {
  const top = app()
  await top.shows('1/150')
  top.type('p')
  await top.shows('probing')
  top.type('p')
  await top.shows('still probing')
  expect(top.source.orders).toHaveLength(1)
  top.end()
  expect(top.source.orders[0]?.signal.aborted).toBe(true)
  expect(top.source.listeners).toBe(0)
})

test('new data is shown as it comes, and not while the screen is frozen', async () => {
  const top = app(cluster({ nodes: [{ name: 'a' }] }))
  await top.shows('1/1 reachable')
  top.source.push(cluster({ nodes: [{ name: 'a' }, { name: 'b' }] }))
  await top.shows('2/2 reachable')
  top.type('f')
  await top.shows('FROZEN')
  top.source.push(cluster({ nodes: [] }))
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(top.frame()).toContain('2/2 reachable')
  top.type('f')
  await top.shows('No nodes reported yet')
  top.end()
})

test('a message goes after four seconds', async () => {
  const top = app()
  await top.shows('1/150')
  top.type('p')
  await top.shows('probing')
  top.source.answer({ kind: 'cached' })
  await top.shows('cache')
  top.pass(4000)
  await top.shows('? help')
  top.end()
})

test('a hostile name does not break the layout', async () => {
  const top = app(cluster({ nodes: [{ name: '\x1b[2J\u202eevil\u200b節点\n' }, { name: 'b' }] }))
  await top.shows('[2Jevil節点')
  top.end()
})
