import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMesh } from '../../../src/core/engine/mesh.ts'
import { notHeardYet } from '../../../src/core/model/mesh.ts'
import { outcomesOf } from '../../../src/core/model/outcomes.ts'
import { createSession, type Session } from '../../../src/ui/top/session.ts'
import { widthOf } from '../../../src/ui/top/text.ts'
import {
  between,
  type Cluster,
  dead,
  names,
  nowMs,
  snapshotOf,
  uriOf,
} from '../../simulations/mesh.ts'
import { cluster, type FakeSource, fakeSource } from '../../support/clusters.ts'

process.env.TZ = 'UTC'

const look = { theme: 'default', color: false, ascii: false } as const

interface Meshed extends Session {
  readonly sources: readonly FakeSource[]
}

/** A screen over the sources of a cluster, each of which tells its own row. */
function meshed(cluster: Cluster, ascii = false): Meshed {
  const keeper = createMesh({ clock: { nowMs: () => nowMs } })
  const sources = (cluster.asked ?? cluster.nodes).map(name => {
    const reason = cluster.unread?.[name]
    const told = snapshotOf(cluster, name)
    const source = fakeSource(
      reason === undefined
        ? told
        : { ...told, nodes: [], feed: { kind: 'lost', sinceMs: nowMs - 12_000, reason } },
    )
    keeper.follow({ label: uriOf(name), name: told.self }, source)
    return { label: uriOf(name), source }
  })
  const [first] = sources
  if (first === undefined) throw new Error('nobody is asked')
  const session = createSession({
    source: first.source,
    sources,
    mesh: keeper.mesh,
    nowMs: () => nowMs,
    look: { ...look, ascii },
  })
  return { ...session, sources: sources.map(({ source }) => source) }
}

function screen(cluster: Cluster, size: string, keys: readonly string[] = [], ascii = false) {
  const [width = 80, height = 24] = size.split('x').map(Number)
  const session = meshed(cluster, ascii)
  session.rows(width, height)
  session.press(['2', ...keys])
  const rows = session.rows(width, height).map(row => stripVTControlCharacters(row))
  session.close()
  expect(rows).toHaveLength(height)
  for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width)
  return `${rows.map(row => row.trimEnd()).join('\n')}\n`
}

const zones = [...names('a', 3), ...names('b', 3), ...names('c', 3)]
const apart: Cluster = {
  nodes: zones,
  faults: [
    ...between(names('a', 3), names('b', 3)),
    { from: ['c1'], to: ['c2'], path: 'endpoint' },
    { from: ['c3'], to: ['c1'], is: 'stale' },
    { from: ['c2'], to: ['c3'], is: 'slow' },
  ],
  unread: { c3: 'connection refused' },
}
/** More nodes than can be shown one by one. */
const large: Cluster = {
  nodes: [...names('east-web-', 40), ...names('east-db-', 30), ...names('west-web-', 50)],
  asked: [...names('east-web-', 6), ...names('east-db-', 4), ...names('west-web-', 6)],
  faults: [...dead('west-web-7'), { from: names('east-db-', 30), to: names('west-web-', 50) }],
}
const sizes = ['160x50', '80x24', '40x10', '20x5']

test.each(sizes)('a mesh of nine nodes at %s', async size => {
  await expect(screen(apart, size)).toMatchFileSnapshot(`screens/mesh-${size}.txt`)
})

test.each(sizes)('a mesh of groups at %s', async size => {
  await expect(screen(large, size)).toMatchFileSnapshot(`screens/mesh-groups-${size}.txt`)
})

const views: Record<string, [Cluster, string[]]> = {
  inside: [large, ['enter']],
  row: [large, ['h', 'j', 'enter', 'v']],
  findings: [apart, ['d', 'j']],
  sources: [apart, ['o', 'G']],
  pair: [apart, ['enter']],
  partners: [apart, ['g', 'h', 'h', 'h', 'h', 'enter']],
  expected: [{ nodes: zones, faults: dead('b2'), facts: { b2: { leaving: 'is cordoned' } } }, []],
  'one-source': [{ ...apart, asked: ['a1'] }, []],
  well: [{ nodes: zones }, []],
}

test.each(Object.entries(views))('the mesh, %s', async (name, [cluster, keys]) => {
  await expect(screen(cluster, '100x24', keys)).toMatchFileSnapshot(`screens/mesh-${name}.txt`)
})

test('without Unicode it is ASCII', async () => {
  for (const keys of [[], ['v'], ['d'], ['o'], ['enter'], ['?', 'pagedown']]) {
    expect(screen(apart, '80x24', keys, true)).toMatch(/^[\x20-\x7e\n]*$/)
  }
  await expect(screen(apart, '80x24', [], true)).toMatchFileSnapshot('screens/mesh-ascii.txt')
})

test('before the first move the cursor is on the worst cell, and then follows its names', () => {
  expect(screen(apart, '80x24')).toContain('a1 -> b1: no reply in time')
  expect(screen(apart, '80x24', ['l', 'j'])).toContain('a2 -> b2: no reply in time')
  expect(screen(apart, '80x24', ['l', 'j', 's'])).toContain('row 1/9 col 4/9')
  expect(screen(apart, '80x24', ['g', 'h', 'h', 'h', 'h'])).toContain(
    'a1 -> all: 9 pairs: 3 failing',
  )
  expect(screen(apart, '80x24', ['k'])).toContain('all -> b1: 9 pairs: 3 failing, 1 without data')
})

test('Enter goes down from groups to nodes to a pair to the node, and Esc back up', () => {
  expect(screen(large, '100x24', ['enter'])).toContain('east-db -> west-web, by node')
  expect(screen(large, '100x24', ['enter', 'enter'])).toContain('east-db-1 -> west-web-1: failing')
  const table = screen(large, '100x24', ['enter', 'enter', 'enter'])
  expect(table).toContain('west-web-1 ')
  expect(table).toContain('verdict unreachable')
  expect(screen(large, '100x24', ['enter', 'enter', 'enter', 'escape'])).toContain('[7/16]')
  expect(screen(large, '100x24', ['enter', 'enter', 'escape', 'escape'])).toContain(
    'mesh by prefix',
  )
  expect(screen(large, '100x24', ['escape'])).toContain('NODE')
})

test('Enter on a sum lists the partners, trouble first, and again opens the pair', () => {
  const row = ['g', 'h', 'h', 'h', 'h', 'enter']
  expect(screen(apart, '100x24', row)).toMatch(/ a1 -> all .*\nTO +STATE.*\nb1 +failing /s)
  expect(screen(apart, '100x24', [...row, 'j', 'enter'])).toContain('a1 -> b2: failing')
  expect(screen(apart, '100x24', [...row, 'enter', 'escape'])).toContain(' a1 -> all ')
  expect(screen(apart, '100x24', [...row, 'escape'])).toContain('mesh by node')
  const column = ['k', 'enter']
  expect(screen(apart, '100x24', column)).toMatch(/ all -> b1 .*\nFROM +STATE.*\na1 +failing /s)
  expect(screen(apart, '100x24', [...column, 'enter'])).toContain('a1 -> b1: failing')
  expect(screen(apart, '100x24', ['k', 'h', 'h', 'h', 'h', 'enter'])).toContain('mesh by node')
})

test('without colour the cursor is told from what fails', () => {
  expect(screen(apart, '80x24')).toMatch(/^>a1 +✗3 .*>✗ /m)
})

test('what matters is told at 80 columns', () => {
  expect(screen(apart, '80x24')).toContain('1 one way only')
})

test('before anybody has answered nothing is said to be well', () => {
  const unread = Object.fromEntries(zones.map(name => [name, notHeardYet]))
  expect(screen({ nodes: zones, unread }, '80x24')).toContain('nobody has answered yet')
})

test('it is drawn by other groups, of some probes only, and by name', () => {
  expect(screen(large, '100x24', ['b'])).toContain('mesh by node')
  expect(screen(apart, '100x24', ['i', 'i'])).toContain('endpoint probes only')
  expect(screen(apart, '100x24', ['i'])).toContain('● 54')
  expect(screen(apart, '100x24', ['s'])).toMatch(
    /^>a1 .*\n a2 .*\n a3 .*\n b1 .*\n b2 .*\n b3 .*\n c1 /m,
  )
})

test('which probes are shown and the way down are told at 80 columns, the end of the way cut', () => {
  const [title] = screen(large, '80x24', ['i', 'enter']).split('\n')
  expect(title).toMatch(/host probes only {2}mesh by prefix {2}east-db -> west-web, by node/)
  expect(screen(large, '40x10', ['i', 'enter'])).toMatch(/host probes only .*… 14:58:07/)
})

test('a pair whose other end nobody asks says so, with names that are told apart', () => {
  const pair = screen({ ...apart, asked: ['a1'] }, '100x24', ['enter'])
  expect(pair).toContain('b1 -> a1: nobody was asked there')
  const long = names(`${'very-long-name-'.repeat(4)}`, 3)
  const rows = screen(
    { nodes: long, faults: [{ from: long.slice(0, 1), to: long.slice(1, 2) }] },
    '80x24',
    ['enter'],
  )
  expect(rows).toMatch(/very-lo.*…\S*1 -> very-lo.*…\S*2: failing/)
})

test('in place of the map the hints are those of the list', () => {
  const hint = (...keys: string[]) => screen(apart, '100x24', keys).split('\n')[23]
  expect(hint('d')).toBe('Enter an example  Esc back  ? help  q quit')
  expect(hint('o')).toBe('Enter its table  Esc back  ? help  q quit')
  expect(hint('enter')).toBe('Enter the node  Esc back  ? help  q quit')
})

test('Esc leads from the detail of a node back to its pair', () => {
  expect(screen(apart, '100x24', ['enter', 'enter', 'escape'])).toContain('one pair')
})

test('a source that was never reached is not lost', () => {
  expect(screen(apart, '100x24', ['o'])).toContain('not reached yet: connection refused')
  expect(screen(apart, '20x5', ['o', 'G'])).toMatch(/^c3 +not reache…$/m)
})

test('each source has its own table, and its state', () => {
  expect(screen(apart, '100x24', ['1', ']'])).toMatch(
    /\[2\/9\] {2}unix:\/\/\/run\/a2\/health.sock {2}on a2/,
  )
  expect(screen(apart, '100x24', ['1', '['])).toContain('Connecting to unix:///run/c3/health.sock')
  expect(screen(apart, '100x24', ['o', 'j', 'enter'])).toContain('on a2')
  expect(screen(apart, '100x24', ['d', 'enter'])).toContain('one pair')
})

test('a pair has the history that its sources keep', async () => {
  const self = 'web' as never
  const there = cluster({ self, nodes: [{ name: 'web' }, { name: 'db', plight: 'endpoint-down' }] })
  const back = cluster({
    self: 'db' as never,
    nodes: [{ name: 'web', plight: 'loss' }, { name: 'db' }],
  })
  const keeper = createMesh({ clock: { nowMs: () => nowMs } })
  const sources = [there, back].map((snapshot, index) => {
    const named = { label: `unix:///run/${index}.sock`, source: fakeSource(snapshot) }
    keeper.follow(named, named.source)
    return named
  })
  const source = sources[0]?.source as FakeSource
  const session = createSession({ source, sources, mesh: keeper.mesh, nowMs: () => nowMs, look })
  session.press(['2', 'enter'])
  const rows = session.rows(120, 40).map(row => stripVTControlCharacters(row).trimEnd())
  session.close()
  await expect(`${rows.join('\n')}\n`).toMatchFileSnapshot('screens/mesh-history.txt')
})

test('what changes is looked at again, but not while the screen is frozen', () => {
  let now = nowMs
  const keeper = createMesh({ clock: { nowMs: () => now } })
  const source = fakeSource(snapshotOf({ nodes: zones }, 'a1'))
  keeper.follow({ label: 'one' }, source)
  const session = createSession({ source, mesh: keeper.mesh, nowMs: () => now, look })
  const shows = () => session.rows(100, 24).join('\n')
  session.press(['2'])
  expect(shows()).toContain('0 failing')
  session.press(['f'])
  source.push(snapshotOf({ nodes: zones, faults: dead('b1') }, 'a1'))
  now += 1500
  session.press(['j'])
  expect(shows()).toContain('0 failing')
  session.press(['f'])
  expect(shows()).toContain('1 failing')
  session.close()
})

test('forty sources of a thousand nodes stay readable', () => {
  const nodes = names('pool-a-', 1000)
  const text = screen({ nodes, asked: nodes.slice(0, 40), faults: dead('pool-a-17') }, '80x24', [
    'b',
  ])
  expect(text).toMatch(/✗1039/)
})

test('no size and no key breaks the layout, whatever the names', () => {
  const keys = fc.constantFrom(...'jklhgGdobisv[]123f?', 'enter', 'escape', 'tab')
  const named = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }), {
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(keys, { maxLength: 12 }),
      named,
      (width, height, strokes, nodes) => {
        screen({ nodes, faults: dead(nodes[0] ?? '') }, `${width}x${height}`, strokes)
      },
    ),
    { numRuns: 60 },
  )
})

test('of sources that keep their nodes packed only the one that is shown is unpacked', () => {
  const unpacked: string[] = []
  const packed = (name: string) => {
    const snapshot = snapshotOf(apart, name)
    const outcomes = outcomesOf(snapshot.nodes)
    const watched = new Proxy(snapshot, {
      get(of, key) {
        if (key === 'nodes') unpacked.push(name)
        return of[key as keyof typeof of]
      },
    })
    return { label: name, source: { ...fakeSource(watched), outcomes: () => outcomes } }
  }
  const keeper = createMesh({ clock: { nowMs: () => nowMs } })
  const [first, ...others] = apart.nodes.map(packed)
  if (first === undefined) throw new Error('no nodes')
  const sources = [first, ...others]
  for (const of of sources) keeper.follow(of, of.source)
  const session = createSession({
    ...{ source: first.source, sources, mesh: keeper.mesh },
    ...{ nowMs: () => nowMs, look },
  })
  session.rows(120, 30)
  session.press(['2'])
  expect(session.rows(120, 30).join('\n')).toContain(`${apart.nodes.length}/`)
  expect(new Set(unpacked)).toEqual(new Set([first.label]))
  session.close()
})
