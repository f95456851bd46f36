import { expect, test } from 'vitest'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { createSession, type SessionOptions } from '../../../src/ui/top/session.ts'
import { widthOf } from '../../../src/ui/top/text.ts'
import { bigCluster, cluster, fakeSource, nowMs, proberState } from '../../support/clusters.ts'

process.env.TZ = 'UTC'

const look = { theme: 'default', color: false, ascii: false } as const
// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR begins with ESC
const sgr = /\x1b\[[\d;]*m/g

function screen(
  snapshot: Snapshot,
  size: string,
  keys: readonly string[] = [],
  options: Partial<SessionOptions> = {},
): string {
  const [width = 80, height = 24] = size.split('x').map(Number)
  const session = createSession({
    source: fakeSource(snapshot),
    nowMs: () => nowMs,
    look,
    ...options,
  })
  session.rows(width, height)
  for (const key of keys) session.press([key])
  const rows = session.rows(width, height).map(row => row.replace(sgr, ''))
  session.close()
  expect(rows).toHaveLength(height)
  for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width)
  return `${rows.map(row => row.trimEnd()).join('\n')}\n`
}

const sizes = ['160x50', '120x30', '80x24', '40x10', '20x5']

test.each(sizes)('the node table at %s', async size => {
  await expect(screen(bigCluster(5000), size)).toMatchFileSnapshot(`screens/table-${size}.txt`)
})

test.each(sizes)('a failing node in detail at %s', async size => {
  await expect(screen(bigCluster(200), size, ['enter'])).toMatchFileSnapshot(
    `screens/detail-${size}.txt`,
  )
})

test.each(sizes)('the help at %s', async size => {
  await expect(screen(bigCluster(200), size, ['?'])).toMatchFileSnapshot(`screens/help-${size}.txt`)
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

test('below 20 columns or 5 rows it asks for more room', () => {
  expect(screen(bigCluster(200), '19x5')).toContain('enlarge')
  expect(screen(bigCluster(200), '80x4')).toContain('enlarge')
  expect(screen(bigCluster(200), '1x1')).toBe('6\n')
})
