import { expect, test } from 'vitest'
import { formatGoDuration } from '../../../src/core/model/duration.ts'
import {
  budgetIntervalMs,
  ciliumIntervalMs,
  timeoutForInterval,
} from '../../../src/core/model/schedule.ts'

// Cilium 1.19's own intervals, by its real code: (10 + 100·0.5) s · ln(1 + addresses).
test.each([
  [2, 65_916.7],
  [6, 116_754.6],
  [20, 182_671.3],
  [200, 318_198.2],
  [10_000, 552_626.4],
])('%i addresses are probed every %f ms, as Cilium does', (addresses, expectedMs) => {
  expect(ciliumIntervalMs(addresses)).toBeCloseTo(expectedMs, 0)
})

// Recorded of Cilium 1.19's server.
test.each([
  [1, 0.5, '41.588830833s'],
  [7, 0, '20.794415416s'],
  [12, 0, '25.649493574s'],
])('%i addresses at a ratio of %f: %s, to the nanosecond', (addresses, ratio, text) => {
  expect(formatGoDuration(Math.round(ciliumIntervalMs(addresses, ratio) * 1e6))).toBe(text)
})

test('no addresses at all leave the base interval', () => {
  expect(ciliumIntervalMs(0)).toBe(60_000)
})

test('a few nodes are probed as often as the floor allows, many as the budget does', () => {
  const limits = { maxProbesPerSecond: 500, floorMs: 1000 }
  expect(budgetIntervalMs(32, limits)).toBe(1000)
  expect(budgetIntervalMs(20_000, limits)).toBe(40_000)
})

test('a timeout follows the interval between three seconds and ten', () => {
  expect([200, 5000, 60_000].map(timeoutForInterval)).toEqual([3000, 5000, 10_000])
})
