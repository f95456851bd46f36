import { expect, test } from 'vitest'
import { createPace } from '../../src/probes/pace.ts'

test('tells rates over the last few seconds, and forgets what was before', () => {
  const pace = createPace(0, 5000)
  pace.begun(100)
  expect(pace.roll(1000, 8000, 5000 + 20_000)).toEqual({
    probesPerSecond: 100,
    bytesPerSecond: 8000,
    cpuShare: 0.02,
    lagMs: 0,
    late: false,
    lateTicks: 0,
  })
  for (let second = 2; second <= 10; second += 1) {
    pace.begun(10)
    pace.roll(second * 1000, 8000 + 100 * second, 25_000 + 1000 * second)
  }
  pace.begun(10)
  expect(pace.roll(11_000, 9100, 36_000)).toMatchObject({
    probesPerSecond: 10,
    bytesPerSecond: 100,
    cpuShare: 0.001,
  })
})

test('a tick is late from 100 ms on, and what it spoiled is in doubt for a few seconds', () => {
  const pace = createPace(0, 0)
  expect(pace.ticked(100)).toBe(false)
  expect(pace.ticked(101)).toBe(true)
  expect(pace.roll(1000, 0, 0)).toMatchObject({ lagMs: 101, late: true })
  expect(pace.roll(2000, 0, 0)).toMatchObject({ late: true })
  for (const nowMs of [3000, 4000]) pace.roll(nowMs, 0, 0)
  expect(pace.roll(5000, 0, 0)).toMatchObject({ lagMs: 0, late: false, lateTicks: 1 })
})
