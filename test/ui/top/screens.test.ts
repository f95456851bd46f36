import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failureText } from '../../../src/core/api/failure-text.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { actionIds, bindingOf } from '../../../src/ui/top/bindings.ts'
import { createSession, type SessionOptions } from '../../../src/ui/top/session.ts'
import { parseColumns } from '../../../src/ui/top/start.ts'
import { widthOf } from '../../../src/ui/top/text.ts'
import {
  bigCluster,
  cluster,
  type FakeSource,
  failure,
  fakeSource,
  nodeOf,
  nowMs,
  probeHealth,
  proberState,
  reply,
} from '../../support/clusters.ts'
import { look, screen, sgr } from '../../support/screen.ts'

process.env.TZ = 'UTC'

const sizes = ['160x50', '120x30', '80x24', '40x10', '20x5']

const largest = bigCluster(5000)

test.each(sizes)('the node table at %s', async size => {
  await expect(screen(largest, size)).toMatchFileSnapshot(`screens/table-${size}.txt`)
})

test.each(sizes)('a failing node in detail at %s', async size => {
  await expect(screen(bigCluster(200), size, ['enter'])).toMatchFileSnapshot(
    `screens/detail-${size}.txt`,
  )
})

test.each(sizes)('the help at %s', async size => {
  await expect(screen(bigCluster(200), size, ['?'])).toMatchFileSnapshot(`screens/help-${size}.txt`)
})

test.each(['100x30', '40x10'])('what the prober tells of itself at %s', async size => {
  const prober = proberState({ restarts: 2, restartedAtMs: nowMs - 3000 })
  const text = screen(bigCluster(20, { prober }), size, [':', ...'this prober', 'enter'])
  await expect(text).toMatchFileSnapshot(`screens/prober-${size}.txt`)
})

test('on a large screen the header tells it, first what warns', () => {
  const prober = proberState({ drops: 2041, lagMs: 312, bytesPerSecond: 1_234_000 })
  const [, second, third] = screen(bigCluster(5000, { prober }), '120x30').split('\n')
  expect(third).toMatch(
    /^ICMP datagram {2}ICMPv6 datagram {2}HTTP native {2}lag 312ms {2}2041 drop/,
  )
  expect(second).not.toContain('lag')
  expect(screen(bigCluster(20, { prober }), '119x30')).not.toContain('HTTP native')
  expect(screen(bigCluster(20, { prober }), '160x29')).toMatch(/lag 312ms {2}2041 replies dropped/)
})

test('whoever tells nothing of itself is not made up', () => {
  const silent = bigCluster(20, { prober: undefined })
  expect(screen(silent, '100x30', ['I'])).toContain('does not tell of itself')
  expect(screen(silent, '160x50').split('\n')[2]).toContain('NODE')
})

test('the table in ASCII', async () => {
  const ascii = { look: { ...look, ascii: true } }
  const text = screen(bigCluster(200), '120x30', [], ascii)
  expect(text).toMatch(/^[\x20-\x7e\n]*$/)
  await expect(text).toMatchFileSnapshot('screens/table-ascii-120x30.txt')
  const detail = screen(bigCluster(200), '120x30', ['enter'], ascii)
  expect(detail).toMatch(/^[\x20-\x7e\n]*$/)
  await expect(detail).toMatchFileSnapshot('screens/detail-ascii-120x30.txt')
})

const off = {
  kind: 'off',
  why: 'no permission to open an ICMP socket',
  remedies: ['run as root or grant CAP_NET_RAW', 'sysctl net.ipv4.ping_group_range'],
} as const
const ready = { kind: 'ready', method: 'tcp', clock: 'process' } as const

const states: Record<string, [Snapshot, string[]]> = {
  connecting: [cluster({ nodes: [], feed: { kind: 'starting' } }), []],
  empty: [cluster({ nodes: [] }), []],
  'never-connected': [
    cluster({
      nodes: [],
      origin: { kind: 'daemon', label: 'unix:///var/run/cilium/health.sock' },
      feed: {
        kind: 'lost',
        sinceMs: nowMs - 12_000,
        reason: 'ECONNREFUSED',
        retryAtMs: nowMs + 4000,
      },
    }),
    [],
  ],
  'no-match': [bigCluster(200), ['/', 'n', 'o', 's', 'u', 'c', 'h', 'enter']],
  'all-ok': [cluster({ nodes: [{ name: 'a' }, { name: 'b' }] }), ['e']],
  'source-lost': [
    bigCluster(200, {
      feed: {
        kind: 'lost',
        sinceMs: nowMs - 12_000,
        reason: 'ECONNREFUSED',
        retryAtMs: nowMs + 4000,
      },
    }),
    [],
  ],
  'icmp-off': [
    cluster({
      nodes: Array.from({ length: 5 }, (_, index) => ({
        name: `node-${index}`,
        plight: 'icmp-off' as const,
      })),
      prober: proberState({ abilities: { icmp4: off, icmp6: off, http: ready } }),
    }),
    [],
  ],
  'sort-menu': [bigCluster(200), ['s']],
  'filter-error': [bigCluster(200), ['/', ...'icmp>5x']],
  confirm: [bigCluster(200), ['P']],
  marked: [bigCluster(200), ['space', 'space', 'F']],
  frozen: [bigCluster(200), ['f']],
}

test.each(Object.entries(states))(
  'the state "%s" is told on the screen',
  async (name, [data, keys]) => {
    await expect(screen(data, '100x14', keys)).toMatchFileSnapshot(`screens/state-${name}.txt`)
  },
)

const icmpOff = (): Snapshot => states['icmp-off']?.[0] ?? cluster({ nodes: [] })

test('on a small screen, too, ICMP that is off is told with the way out', () => {
  expect(screen(icmpOff(), '40x10')).toContain('\nICMP off: run as root or grant CAP_NET_…\n')
  expect(screen(icmpOff(), '20x5')).toMatch(/^5n 0bad ICMP off\n/)
})

test('what cannot be probed from here is told in words of its own, not in those of the wire', () => {
  const statusText: SessionOptions['statusText'] = (failed, kind, { ip }) =>
    failureText(failed, { kind, ip, port: 4240 })
  const detail = screen(icmpOff(), '100x30', ['enter'], { statusText })
  expect(detail).toContain(
    'icmp 10.0.0.1 cannot be probed from here: no permission to open an ICMP',
  )
  expect(detail).not.toContain('operation not permitted')
})

test.each(['80x24', '40x10', '20x5'])('a question keeps its answers at %s', size => {
  expect(screen(bigCluster(200), size, ['P'])).toMatch(/^Probe .* \(y\/n\)$/m)
})

test('the rate and the budget are told on large screens, too', () => {
  for (const size of ['120x30', '160x50']) {
    expect(screen(bigCluster(20), size)).toContain('333/500 probes/s')
  }
})

test('a text that is cut says so, and a hint that is too long leaves its place to the next', () => {
  const sorted = screen(bigCluster(20), '20x5', ['s']).split('\n')
  expect(sorted[4]).toBe('Up Down choose')
  const word = [...'node-with-a-long-name']
  expect(screen(bigCluster(20), '40x10', ['/', ...word, ...word, 'enter'])).toMatch(
    /^filter: .*… 0\/0/m,
  )
  expect(screen(bigCluster(20), '20x5', ['/', ...'nosuch', 'enter'])).toContain(
    '  No node matches\n  "nosuch". Esc\n  clears the filter.',
  )
  expect(screen(bigCluster(20), '20x5', [':', ...'lowest'])).toContain('lowest severity s…')
})

test('without a chart there is no cursor to move, and a zoom that cannot go on says so', () => {
  for (const size of ['20x5', '40x10']) {
    expect(screen(bigCluster(20), size, ['enter', 'left'])).toMatch(/^Esc back/m)
  }
  expect(screen(bigCluster(20), '80x24', ['enter', ...Array(9).fill('+')])).toContain('last 10s')
  expect(screen(bigCluster(20), '80x24', ['enter', ...Array(10).fill('+')])).toContain(
    'no window is shorter',
  )
})

test('where room is short, counts of nothing give way to the rate and the lag', () => {
  const nodes = Array.from({ length: 8 }, (_, index) => ({ name: `node-${index}` }))
  expect(screen(cluster({ nodes }), '120x14')).toMatch(/✗ 0 down .* 333\/500 probes\/s {2}lag 2ms/)
  expect(screen(cluster({ nodes }), '80x24')).toMatch(
    /8\/8 reachable {2}● 8 {2}probe every 60s {2}333\/500 probes\/s {2}lag 2ms/,
  )
})

test('a probe that was never sent has lost nothing, and answered nothing', () => {
  expect(screen(icmpOff(), '80x24', ['enter'])).toMatch(/host icmp +n\/a .* -- {2}/)
  expect(screen(icmpOff(), '80x24', ['enter'])).toMatch(/host http +1.40ms .* 0% {2}/)
})

const trouble = (): FakeSource =>
  fakeSource(cluster({ nodes: [{ name: 'web-1' }, { name: 'web-2' }, { name: 'db-1' }] }))

/** A screen on which things happened before the keys were struck. */
function eventful(size: string, keys: readonly string[]): string {
  const [width = 80, height = 24] = size.split('x').map(Number)
  const source = trouble()
  const session = createSession({ source, nowMs: () => nowMs, look })
  session.rows(width, height)
  const calm = source.snapshot()
  const down = nodeOf({ name: 'web-1', plight: 'down' })
  const sinceMs = nowMs - 60_000
  source.push({ ...calm, nodes: [down, ...calm.nodes.slice(1)] })
  source.push({ ...source.snapshot(), listLost: { sinceMs, reason: 'agent gone' } })
  source.push({ ...source.snapshot(), nodes: [down, ...calm.nodes.slice(2)] })
  for (const key of keys) session.press([key])
  const rows = session.rows(width, height).map(row => row.replace(sgr, '').trimEnd())
  session.close()
  for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width)
  return `${rows.join('\n')}\n`
}

test.each(['160x50', '80x24', '40x10', '20x5'])('the events at %s', async size => {
  await expect(eventful(size, ['3'])).toMatchFileSnapshot(`screens/events-${size}.txt`)
})

test('events are filtered by severity and words, acknowledged, and lead to their node', () => {
  expect(eventful('100x14', ['3', 'v', 'v'])).not.toContain('LEFT')
  expect(eventful('100x14', ['3', '/', ...'web-2', 'enter'])).toMatch(/LEFT.*web-2/)
  expect(eventful('100x14', ['3', '/', ...'nothing', 'enter'])).toContain('has "nothing" in it')
  expect(eventful('100x14', ['3', 'G', 'a'])).toContain('[acknowledged]')
  expect(eventful('100x14', ['3', 'j', 'enter'])).toContain('web-1')
  expect(eventful('100x14', ['3', 'j', 'enter'])).toContain('verdict unreachable')
  expect(eventful('100x14', ['tab', 'tab'])).toContain('NODE')
  expect(eventful('100x14', [])).toContain('Node list lost 60s ago, these are its last: agent gone')
})

test('Esc leads from a detail back to where it was opened', () => {
  expect(eventful('100x14', ['3', 'j', 'enter', 'escape'])).toContain('TIME')
  expect(eventful('100x14', ['3', '1', 'enter', 'escape'])).toContain('STAT')
})

test('what was over within a second is over all the same', () => {
  const source = trouble()
  const session = createSession({ source, nowMs: () => nowMs, look })
  const calm = source.snapshot()
  const down = nodeOf({ name: 'web-1', plight: 'down' })
  const back = probeHealth([failure('timeout', 70_000), reply(400_000)])
  const up = {
    ...down,
    paths: down.paths.map(path => {
      const { changedAtMs = nowMs } = path.probes.icmp
      const again = { ...back, changedAtMs: changedAtMs + 300, flaps: 1 }
      return { ...path, verdict: 'reachable' as const, probes: { icmp: again, http: again } }
    }),
  }
  source.push({ ...calm, nodes: [down, ...calm.nodes.slice(1)] })
  source.push({ ...calm, nodes: [{ ...up, verdict: 'reachable' }, ...calm.nodes.slice(1)] })
  session.press(['3'])
  const text = session.rows(120, 14).join('\n').replace(sgr, '')
  session.close()
  expect(text).toMatch(/DOWN +web-1 .* <1s \[over\] no reply in time/)
})

test('what lasts stands above what is over, and an event of no node is told at length', () => {
  const rows = eventful('100x20', ['3']).split('\n')
  expect(rows.slice(5, 8).map(row => row.slice(9, 16))).toEqual(['◆ LOST ', '✗ DOWN ', '○ LEFT '])
  expect(rows[16]).toBe('14:57:07 LOST: node list lost: agent gone, 60s')
  expect(eventful('40x8', ['3', 'enter'])).toContain(
    '14:57:07 LOST: node list lost: agent\ngone, 60s',
  )
})

test('a message that is too long is cut, and can be read again', () => {
  const named = cluster({ nodes: [{ name: `${'long-'.repeat(20)}end` }] })
  const rows = screen(named, '60x14', ['y', 'n']).split('\n')
  expect(rows[13]).toMatch(/^sent to the clipboard: long-.*… {2}L more$/)
  const read = screen(named, '60x14', ['y', 'n', 'L'])
  expect(read).toMatch(/^Messages\n14:58:07 sent to the clipboard:/)
})

test('the status line tells a hidden column that sorts, and which columns a wide table shows', () => {
  expect(screen(bigCluster(20), '80x14', ['s', 'l'])).toMatch(/^sorted by LOSS% ▼ .* 1\/20$/m)
  expect(screen(bigCluster(20), '160x14', ['s', 'l'])).not.toContain('sorted by')
  expect(screen(bigCluster(20), '80x14', ['w', 'l', 'l'])).toMatch(/WIDE 3-\d+ of 20 {2}1\/20$/m)
})

test('on a wide screen the columns that came in by themselves are in use like chosen ones', () => {
  const wide = (...keys: string[]) => screen(bigCluster(20), '220x40', keys)
  expect(wide('c')).toMatch(/\[x\] P50-1H\n/)
  expect(wide('c', ...Array(14).fill('j'), 'space', 'escape')).toMatch(/TREND +MAX-1H +JITTER/)
  expect(screen(bigCluster(20), '120x40', ['c'])).toMatch(/\[ \] P50-1H\n/)
})

test.each(['40x10', '80x14', '160x14'])(
  'at %s wide columns scroll to the last one, and no further',
  size => {
    const rows = screen(bigCluster(20), size, ['w', ...Array(40).fill('l')])
    expect(rows).toMatch(/NODE .*LAST-ERR$/m)
    expect(rows).toMatch(/WIDE \d+-20 of 20/)
    const once = screen(bigCluster(20), size, ['w', ...Array(40).fill('l'), 'h'])
    expect(once).not.toBe(rows)
  },
)

test('the hints tell what the keys do now', () => {
  const hints = (...keys: string[]) => screen(bigCluster(20), '100x14', keys).split('\n')[13]
  expect(hints()).toMatch(/^\? help {2}\/ find/)
  expect(hints('space')).toMatch(/^Esc unmark {2}p probe marked {2}\? help/)
  expect(hints('e')).toMatch(/^Esc all nodes {2}\? help/)
  expect(hints('/', 'x', 'enter')).toMatch(/^Esc no filter /)
  expect(hints('3', '/', 'x', 'enter')).toMatch(/^Esc no filter /)
  expect(hints('L')).toBe('j k scroll  Esc close')
  expect(hints('L', '/')).toBe('j k scroll  Esc close')
  expect(hints('I', '/')).toBe('j k scroll  Esc close')
  expect(hints('?', '/')).toBe('Enter runs  Up Down choose  Esc all the help')
  expect(hints('?', '/', ...'qqq')).toBe('Esc all the help')
  expect(hints(':', ...'qqq')).toBe('Esc close')
  expect(hints('w', 'f')).toMatch(/^h left {2}l right {2}f unfreeze {2}\? help/)
})

test('the next theme is told by its name', () => {
  expect(screen(bigCluster(20), '100x14', ['T'])).toMatch(/^theme light$/m)
})

test('the header tells the cluster as a whole, and when the next probe is due', () => {
  const header = screen(bigCluster(20), '200x14').split('\n')[1]
  expect(header).toMatch(
    /probe every 60s {2}.* {2}next in 48s {2}host icmp p50 \S+ {2}p95 \S+ {2}p99 \S+$/,
  )
  const stale = cluster({ nodes: [{ name: 'a' }], intervalMs: 5000 })
  expect(screen(stale, '200x14')).not.toContain('next in')
})

test('on a small screen the sort menu is a list around the column that sorts', () => {
  expect(screen(bigCluster(20), '20x5', ['s', 'down', 'down'])).toMatch(/z {2}ZONE ▼/)
})

test('the help wraps what is too long, and leaves out the keys of several sources where there is one', () => {
  const help = (width: number) => screen(bigCluster(20), `${width}x100`, ['?'])
  expect(help(40)).toContain('DOWN the last probe of a path failed\nLOSS packets')
  expect(help(120)).not.toContain('mesh: who was asked')
})

const menus: Record<string, string[]> = {
  palette: [':', ...'prob'],
  columns: ['c', 'j', 'j', 'space'],
  copy: ['y'],
  export: ['x', 'c'],
  wide: ['w', 'l', 'l', 'l'],
}

test.each(Object.entries(menus))('the menu "%s" is drawn', async (name, keys) => {
  const text = screen(bigCluster(200), '100x14', keys)
  await expect(text).toMatchFileSnapshot(`screens/menu-${name}.txt`)
})

test('the palette runs an action, where need be on its own page', () => {
  expect(screen(bigCluster(200), '100x30', [':', ...'logarithmic', 'enter'])).toContain('log scale')
  expect(screen(bigCluster(200), '100x14', [':', ...'errors', 'enter'])).toContain('errors only')
  expect(screen(bigCluster(200), '100x14', ['?', '/', ...'qqq'])).toContain(
    'Nothing here has "qqq"',
  )
})

test('chosen columns are shown in the order given, with the name always', () => {
  const parsed = parseColumns(['p50,flaps'])
  if (parsed.kind === 'error') throw new Error(parsed.message)
  const options = { columns: parsed.columns }
  const rows = screen(bigCluster(20), '140x14', [], options).split('\n')
  expect(rows[2]).toMatch(/NODE +P50-1H FLAPS$/)
  expect(parseColumns(['p50', 'x,y'])).toMatchObject({
    kind: 'error',
    message: expect.stringContaining('no column "x", "y"; there are node state'),
  })
})

test('marks that a filter hides are told', () => {
  expect(screen(bigCluster(200), '100x14', ['*', 'e'])).toMatch(/200 marked, \d+ hidden/)
  expect(screen(bigCluster(200), '100x14', ['*'])).toMatch(/200 marked {2}/)
})

test('the next theme is drawn at once', () => {
  const session = createSession({
    source: fakeSource(bigCluster(200)),
    nowMs: () => nowMs,
    look: { ...look, color: true },
  })
  const before = session.rows(80, 24)
  session.press(['T', 'T'])
  expect(session.rows(80, 24).join()).toContain('\x1b[38;5;202m')
  expect(session.rows(80, 24)).not.toBe(before)
  session.close()
})

test('the selected row keeps the colour of its state, and only what is told is painted', () => {
  const session = createSession({
    source: fakeSource(bigCluster(200)),
    nowMs: () => nowMs,
    look: { theme: 'default', color: true, ascii: false },
  })
  const [, , , selected = '', second = ''] = session.rows(80, 24)
  session.close()
  expect(selected).toContain('\x1b[7m\x1b[1m\x1b[31mDOWN\x1b[22m\x1b[39m\x1b[27m')
  expect(selected.replaceAll(sgr, '')).toHaveLength(80)
  expect(second).toContain('\x1b[31mDOWN\x1b[22m\x1b[39m   ')
})

test('rows stay the same array until their text changes', () => {
  const source = fakeSource(bigCluster(200))
  const session = createSession({ source, nowMs: () => nowMs, look })
  const rows = session.rows(80, 24)
  source.push({ ...source.snapshot() })
  expect(session.rows(80, 24)).toBe(rows)
  session.press(['j'])
  expect(session.rows(80, 24)).not.toBe(rows)
  session.close()
})

test('no size, key or name breaks the layout', () => {
  const strokes = fc.constantFrom(...actionIds.flatMap(id => bindingOf(id).keys), 'a', 'r', '1')
  const name = fc.string({ unit: 'binary', maxLength: 300 })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 100 }),
      fc.array(
        strokes.filter(stroke => stroke !== 'x'),
        { maxLength: 12 },
      ),
      fc.array(name, { minLength: 1, maxLength: 4 }),
      (width, height, keys, names) => {
        const nodes = names.map((each, index) => ({
          name: each,
          plight: (['ok', 'down', 'new', 'slow'] as const)[index % 4] ?? 'ok',
        }))
        screen(
          cluster({ nodes, origin: { kind: 'daemon', label: names[0] ?? '' } }),
          `${width}x${height}`,
          keys,
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('what an outcome tells beside its result is shown: doubt, what was sent again, both times of HTTP', () => {
  const node = nodeOf({ name: 'web-1' })
  const [host, endpoint] = node.paths.map(path => ({ ...path }))
  if (!host || !endpoint) throw new Error('no paths')
  const http = { ...reply(467_000), connectNs: 14_000 }
  host.probes = {
    icmp: probeHealth([{ ...reply(42_000), packets: 2 }]),
    http: probeHealth([{ ...http, inDoubt: true }]),
  }
  endpoint.probes = {
    icmp: probeHealth([{ ...failure('timeout'), packets: 3, inDoubt: true }]),
    http: probeHealth([{ ...http, rttNs: 1.02e9, retransmits: 1 }]),
  }
  const snapshot = { ...cluster({ nodes: [] }), nodes: [{ ...node, paths: [host, endpoint] }] }
  expect(screen(snapshot, '100x24')).toMatch(/ r42us +~467us +~-- +r1\.02s +100 /)
  const detail = screen(snapshot, '100x50', ['enter'])
  for (const told of [
    'host icmp 10.0.0.1: 1 of 2 packets lost',
    'host http 10.0.0.1: connect 14us + first byte 453us, in doubt: the prober was late',
    'endpoint icmp 10.244.0.0 for at least 1s: no reply in time, 3 packets lost, in doubt: the',
    'prober was late',
    'endpoint http 10.244.0.0: connect 14us + first byte 1.02s, SYN sent again 1 time',
    '2 in doubt',
  ])
    expect(detail).toContain(told)
})

test('below 20 columns or 5 rows it asks for more room', () => {
  expect(screen(bigCluster(200), '19x5')).toContain('enlarge')
  expect(screen(bigCluster(200), '80x4')).toContain('enlarge')
  expect(screen(bigCluster(200), '1x1')).toBe('6\n')
})
