import { expect, test } from 'vitest'
import { defaultColumns } from '../../../src/ui/top/columns.ts'
import { age, interval, rtt } from '../../../src/ui/top/format.ts'
import { layout, placedColumns } from '../../../src/ui/top/layout.ts'
import { boardOf } from '../../../src/ui/top/rows.ts'
import { createTheme, themeNames } from '../../../src/ui/top/theme.ts'
import { cluster, nowMs } from '../../support/clusters.ts'

const ids = (width: number) => layout(width).map(({ id }) => id)

test('columns give way by their importance, and none is too wide at any width', () => {
  expect(ids(160)).toEqual(defaultColumns)
  expect(ids(80)).not.toContain('ip')
  expect(ids(40)).toEqual(['node', 'state', 'h-icmp', 'h-http'])
  expect(ids(20)).toEqual(['node'])
  for (let width = 20; width < 300; width += 1) {
    const used = layout(width).reduce((sum, placed) => sum + placed.width + 1, 1)
    expect(used).toBeLessThanOrEqual(width)
  }
})

const choice = { columns: defaultColumns, wide: false, scroll: 0 }
const { names } = boardOf(cluster({ nodes: [{ name: 'node-1' }, { name: 'node-2' }] }), nowMs)

test('spare width goes to more columns, unless the columns were chosen; NODE is as wide as its names', () => {
  const at = (width: number, more = {}) =>
    placedColumns({ ...choice, ...more }, { zoned: true, names }, width)
  const more = (width: number) =>
    at(width)
      .map(({ id }) => id)
      .slice(defaultColumns.length)
  expect(more(120)).toEqual([])
  expect(more(160)).toEqual(['p50', 'max', 'jitter'])
  expect(more(200)).toEqual(['p50', 'max', 'jitter', 'since', 'flaps', 'last-error'])
  const chosen = at(220, { columns: ['node', 'state'] })
  expect(chosen).toEqual([
    { id: 'node', width: 14 },
    { id: 'state', width: 5 },
  ])
})

test('a cluster that all names share is told once', () => {
  const named = (...all: string[]) =>
    boardOf(cluster({ nodes: all.map(name => ({ name })) }), nowMs).names
  expect(named('prod/a', 'prod/b.c')).toMatchObject({ cluster: 'prod', labels: ['a', 'b.c'] })
  expect(named('prod/a', 'test/b')).toMatchObject({
    cluster: undefined,
    labels: ['prod/a', 'test/b'],
  })
  expect(named('prod/a')).toMatchObject({ cluster: undefined })
})

test('zones are shown where they are known, or asked for', () => {
  const shown = (zoned: boolean, more = {}) =>
    placedColumns({ ...choice, ...more }, { zoned, names }, 200).some(({ id }) => id === 'zone')
  expect([shown(true), shown(false)]).toEqual([true, false])
  expect([shown(true, { wide: true }), shown(false, { wide: true })]).toEqual([true, false])
  expect(shown(false, { columns: ['node', 'zone'] })).toBe(true)
})

test('RTTs and ages keep to their columns', () => {
  expect([0, 999, 42_000, 999_499, 999_500, 9_994_000].map(rtt)).toEqual([
    '0us',
    '1us',
    '42us',
    '999us',
    '1.00ms',
    '9.99ms',
  ])
  expect([99_940_000, 99_960_000, 999_400_000, 1.5e9, 10e9].map(rtt)).toEqual([
    '99.9ms',
    '100ms',
    '999ms',
    '1.50s',
    '10.00s',
  ])
  expect(rtt(undefined)).toBe('--')
  expect([0, 99_999, 100_000, 6_000_000, 360_000_000].map(age)).toEqual([
    '0s',
    '99s',
    '1m',
    '1h',
    '4d',
  ])
  expect([500, 60_000, 90_000, 100_000, 300_000].map(interval)).toEqual([
    '500ms',
    '60s',
    '90s',
    '1m40s',
    '5m',
  ])
})

test('every theme closes what it opens, and none needs colour', () => {
  for (const theme of themeNames) {
    const { paint } = createTheme({ theme, color: true, ascii: false })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR begins with ESC
    const codes = [...paint('x', 'banner').matchAll(/\x1b\[([\d;]+)m/g)].map(match => match[1])
    expect(codes.length % 2).toBe(0)
    const plain = createTheme({ theme, color: false, ascii: false }).paint('x', 'crit')
    expect(plain).toBe('\x1b[1m\x1b[4mx\x1b[22m\x1b[24m')
  }
})

// The colour cube of xterm's 256 colours, and their contrast as WCAG 2 defines it.
function luminance(code: number): number {
  if (code === 0) return 0
  const steps = [0, 95, 135, 175, 215, 255]
  const cube = code - 16
  const channels = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(step => {
    const share = (steps[step] ?? 0) / 255
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  const [red = 0, green = 0, blue = 0] = channels
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
const contrast = (a: number, b: number): number => {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((one, other) => other - one)
  return (high + 0.05) / (low + 0.05)
}

test('the colours that a theme fixes itself are easy to read', () => {
  for (const theme of themeNames) {
    const { paint } = createTheme({ theme, color: true, ascii: false })
    for (const tone of ['ok', 'warn', 'crit', 'info', 'sorted', 'banner'] as const) {
      const painted = paint('x', tone)
      const ink = /38;5;(\d+)m/.exec(painted)?.[1]
      const paper = /48;5;(\d+)m/.exec(painted)?.[1] ?? '0'
      if (ink !== undefined) {
        expect(contrast(Number(ink), Number(paper)), `${theme} ${tone}`).toBeGreaterThan(4.5)
      }
    }
  }
})
