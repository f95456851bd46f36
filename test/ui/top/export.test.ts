import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { clipboardCode } from '../../../src/ui/top/copy.ts'
import { exportText, writeNew } from '../../../src/ui/top/export.ts'
import { createSession } from '../../../src/ui/top/session.ts'
import { cluster, fakeSource, nowMs } from '../../support/clusters.ts'

process.env.TZ = 'UTC'
const sheet = {
  title: 'nodes',
  heading: ['node', 'note'],
  rows: [
    ['a', 'plain'],
    ['=cmd()', 'a "quote", and a comma'],
  ],
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cilium-health-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

function session() {
  const nodes = [
    { name: 'web-1\x1b[2J', ip: '10.1.0.1' },
    { name: '@web-2', plight: 'down' as const },
  ]
  const made = createSession({
    source: fakeSource(cluster({ nodes })),
    nowMs: () => nowMs,
    look: { theme: 'default', color: false, ascii: true },
  })
  const sent: string[] = []
  const nothing = () => {}
  made.attach({ quit: nothing, suspend: nothing, redraw: nothing, send: codes => sent.push(codes) })
  onTestFinished(made.close)
  const screen = () => stripVTControlCharacters(made.rows(100, 14).join('\n'))
  screen()
  return { press: (...keys: string[]) => made.press(keys), sent, screen }
}

test('CSV quotes what it must, and defuses formulas', () => {
  expect(exportText(sheet, 'csv')).toBe(
    'node,note\r\na,plain\r\n\'=cmd(),"a ""quote"", and a comma"\r\n',
  )
})

test('JSON has an object a row, text has columns', () => {
  expect(JSON.parse(exportText(sheet, 'json'))[1]).toEqual({
    node: '=cmd()',
    note: 'a "quote", and a comma',
  })
  expect(exportText(sheet, 'txt').split('\n')[1]).toBe('a       plain')
})

test('a file is never written over: the next one has a number', () => {
  const name = join(folder(), 'nodes.csv')
  writeFileSync(name, 'mine')
  expect(writeNew(name, 'one')).toBe(name.replace('.csv', '-2.csv'))
  expect(writeNew(name, 'two')).toBe(name.replace('.csv', '-3.csv'))
  expect(readFileSync(name, 'utf8')).toBe('mine')
  expect(() => writeNew(join(folder(), 'no', 'such'), '')).toThrow('ENOENT')
})

test('what is copied has the columns that a wide screen shows', () => {
  const heading = (width: number) => {
    const made = createSession({
      source: fakeSource(cluster({ nodes: [{ name: 'web-1' }] })),
      nowMs: () => nowMs,
      look: { theme: 'default', color: false, ascii: true },
    })
    const sent: string[] = []
    made.attach({ quit() {}, suspend() {}, redraw() {}, send: codes => sent.push(codes) })
    made.rows(width, 14)
    made.press(['y', 'r'])
    made.close()
    const code = sent[0]?.split(';')[2] ?? ''
    return Buffer.from(code, 'base64').toString().split('\t').length
  }
  expect(heading(220)).toBe(heading(100) + 6)
})

test.each([
  ['c', 'csv', "'@web-2,DOWN"],
  ['j', 'json', '"state": "DOWN"'],
  ['t', 'txt', '@web-2'],
])('x %s writes the view as %s and says where', (key, extension, content) => {
  const { press, screen } = session()
  press('x', key)
  expect(screen()).toContain(`file: cilium-health-nodes.${extension}`)
  const name = join(folder(), `out.${extension}`)
  press('ctrl+u', ...name, 'enter')
  expect(screen()).toContain('wrote 2 rows to')
  const text = readFileSync(name, 'utf8')
  expect(text).toContain(content)
  expect(text).not.toContain('\x1b')
})

test('numbers are numbers of the unit in their name, what is unknown is null, and booleans are booleans', () => {
  const read = (...keys: string[]) => {
    const { press } = session()
    const name = join(folder(), 'out.json')
    press(...keys, 'x', 'j', 'ctrl+u', ...name, 'enter')
    return JSON.parse(readFileSync(name, 'utf8'))
  }
  const nodes = read()
  expect(nodes[0]).toMatchObject({ state: 'DOWN', h_icmp_ns: null, loss_percent: 100 })
  expect(nodes[1]).toMatchObject({ state: 'OK', agent: 'ok', age_ms: 12_000, loss_percent: 0 })
  expect(nodes[1].h_icmp_ns).toBeGreaterThan(100_000)
  expect(read('3')[0]).toMatchObject({ event: 'DOWN', lasts: true, acknowledged: false })
  expect(read('3')[0].seconds).toBeGreaterThan(0)
})

test('a name that begins with ~/ is in the home', () => {
  const home = folder()
  vi.stubEnv('HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(writeNew('~/out.csv', 'text')).toBe(join(home, 'out.csv'))
})

test('what the file system refuses is told, and nothing breaks', () => {
  const { press, screen } = session()
  press('x', 'c', 'ctrl+u', ...'/no/such/folder/x.csv', 'enter')
  expect(screen()).toContain('not written: ENOENT')
})

test('every page can be exported', () => {
  for (const keys of [['enter'], ['3']]) {
    const { press, screen } = session()
    const name = join(folder(), 'page.json')
    press(...keys, 'x', 'j', 'ctrl+u', ...name, 'enter')
    expect(screen()).toContain('wrote')
    expect(JSON.parse(readFileSync(name, 'utf8')).length).toBeGreaterThan(0)
  }
})

test.each([
  ['n', '@web-2'],
  ['i', '10.0.0.2'],
  ['r', '@web-2\tDOWN\t10.0.0.2'],
])('y %s copies %j without control characters', (key, start) => {
  const { press, sent, screen } = session()
  press('y', key)
  const base = sent[0]?.slice('\x1b]52;c;'.length, -1) ?? ''
  expect(Buffer.from(base, 'base64').toString()).toMatch(new RegExp(`^${start}`))
  expect(screen()).toContain('sent to the clipboard')
})

test('y copies all that is marked, a line each', () => {
  const { press, sent, screen } = session()
  press('*', 'y', 'n')
  const base = sent[0]?.slice('\x1b]52;c;'.length, -1) ?? ''
  expect(Buffer.from(base, 'base64').toString()).toBe('@web-2\nweb-1[2J')
  expect(screen()).toContain('sent to the clipboard: 2 lines')
})

test('the clipboard code carries any text', () => {
  expect(clipboardCode('節')).toBe('\x1b]52;c;56+A\x07')
})
