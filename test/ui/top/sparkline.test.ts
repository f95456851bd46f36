import { expect, test } from 'vitest'
import type { Outcome } from '../../../src/core/model/probe.ts'
import { chartOf } from '../../../src/ui/top/chart.ts'
import { type Line, plain } from '../../../src/ui/top/line.ts'
import { baselineNs, lastHour, recentLoss, statisticsFor } from '../../../src/ui/top/measure.ts'
import { sparkline } from '../../../src/ui/top/sparkline.ts'
import { createTheme } from '../../../src/ui/top/theme.ts'
import { failure, nowMs, probeHealth, reply } from '../../support/clusters.ts'

const { glyphs } = createTheme({ theme: 'default', color: false, ascii: false })
const ms = 1_000_000
const history = (outcomes: readonly Outcome[], capacity = 240) =>
  probeHealth(outcomes, capacity).history
const steady = (count: number) =>
  Array.from({ length: count }, (_, index) => reply(ms, (count - index) * 1000))

test('each sample has a glyph while there is room, the newest at the right', () => {
  expect(sparkline([history(steady(4))], 8, glyphs)).toBe('▄▄▄▄')
  expect(sparkline([history([...steady(10), reply(50 * ms, 0)])], 12, glyphs)).toBe('▄▄▄▄▄▄▄▄▄▄█')
})

test('a loss is marked, wherever it falls and on whichever path', () => {
  const one = history(steady(20))
  const other = history([...steady(15), failure('timeout', 4500), ...steady(4)])
  expect(sparkline([other], 5, glyphs)).toBe('▄▄▄×▄')
  expect(sparkline([one, other], 5, glyphs)).toBe('▄▄▄×▄')
  expect(sparkline([history([...steady(5), failure('not-permitted', 0)])], 6, glyphs)).toBe(
    '▄▄▄▄▄ ',
  )
})

test('the line never grows beyond its width', () => {
  for (const count of [0, 1, 7, 60, 61, 119, 240, 500]) {
    for (const width of [1, 10, 28, 60]) {
      expect(sparkline([history(steady(count))], width, glyphs).length).toBeLessThanOrEqual(width)
    }
  }
})

test('the last hour is found by time', () => {
  const outcomes = Array.from({ length: 100 }, (_, index) => reply(ms, (99 - index) * 60_000))
  expect(lastHour(history(outcomes))).toBe(61)
  expect(lastHour(history([]))).toBe(0)
  expect(statisticsFor(history(outcomes)).sent).toBe(61)
})

test('statistics are computed again only after something was added', () => {
  const { history: live } = probeHealth(steady(10))
  const first = statisticsFor(live)
  expect(statisticsFor(live)).toBe(first)
  ;(live as ReturnType<typeof import('../../../src/core/model/history.ts')['createHistory']>).add(
    failure('timeout', 0),
  )
  expect(statisticsFor(live).lost).toBe(1)
  expect(baselineNs(live)).toBe(ms)
  expect(recentLoss(live)).toEqual({ sent: 10, lost: 1 })
})

const options = {
  gapMs: 120_000,
  width: 10,
  height: 4,
  fromMs: nowMs - 20_000,
  toMs: nowMs,
  log: false,
  glyphs,
}
const chart = (outcomes: readonly Outcome[], log = false) =>
  chartOf([{ kind: 'icmp', history: history(outcomes) }], { ...options, log })

test('a chart begins at 0 and ends at 1.5 times the 97th percentile', () => {
  const { topNs, bottomNs, rows } = chart(steady(18))
  // 1.5 ms, rounded up so that a little more does not move it.
  expect([topNs, bottomNs]).toEqual([2 * ms, 0])
  expect(rows).toHaveLength(4)
  for (const row of rows) expect(plain(row)).toHaveLength(10)
})

test('one outlier sticks to the upper edge and does not flatten the rest', () => {
  const { topNs, rows } = chart([...steady(19), ...steady(19), ...steady(19), reply(500 * ms, 500)])
  expect(topNs).toBe(2 * ms)
  expect(textOf(rows[0])).not.toBe('')
})

const textOf = (line: Line = []) => plain(line).trim()

test('losses have a row of their own below the plot', () => {
  const { rows, lost } = chart([...steady(18).slice(0, -1), failure('timeout', 500)])
  expect(rows).toHaveLength(4)
  expect(lost).toEqual(['icmp'])
  expect(plain(rows[3] ?? [])).toMatch(/^ +×$/)
})

test('a few samples are joined by steps; a loss and a long silence leave a gap', () => {
  const drawn = (outcomes: readonly Outcome[]) => textOf(chart(outcomes).rows[1])
  expect(drawn([reply(ms, 19_000), reply(ms, 1000)])).toMatch(/^[^ ]{9,10}$/)
  const lossy = [reply(ms, 19_000), failure('timeout', 10_000), reply(ms, 1000)]
  expect(drawn(lossy)).toMatch(/^[^ ] {8}[^ ]$/)
  const silent = chartOf(
    [{ kind: 'icmp', history: history([reply(ms, 19_000), reply(ms, 1000)]) }],
    { ...options, gapMs: 5000 },
  )
  expect(textOf(silent.rows[1])).toMatch(/^[^ ] {8}[^ ]$/)
})

test('samples outside the window are not drawn', () => {
  const { rows } = chart([reply(ms, 60_000), reply(ms, -5000)])
  expect(rows.map(plain).join('').trim()).toBe('')
})

test('a logarithmic scale holds the lowest and the highest', () => {
  const { topNs, bottomNs } = chart([reply(3 * ms, 9000), reply(100 * ms, 1000)], true)
  expect(topNs).toBe(100 * ms)
  expect(bottomNs).toBeCloseTo(ms)
})

test('without colour or Unicode a chart is drawn in letters, of which each kind has its own', () => {
  const ascii = createTheme({ theme: 'mono', color: false, ascii: true }).glyphs
  const icmp = history([reply(ms, 9000), reply(ms, 5000), failure('timeout', 1000)])
  const drawn = chartOf(
    [
      { kind: 'icmp', history: icmp },
      { kind: 'http', history: history([reply(2 * ms, 9000), reply(3 * ms, 6000)]) },
    ],
    { ...options, fromMs: nowMs - 10_000, glyphs: ascii },
  )
  expect(drawn.rows.map(plain)).toEqual(['          ', ' +..+     ', ' o---o    ', '         x'])
})
