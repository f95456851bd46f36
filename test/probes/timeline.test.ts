import { expect, test } from 'vitest'
import { createTimeline } from '../../src/probes/timeline.ts'

test('each item is met once at each age, in order', () => {
  const timeline = createTimeline<string>([10, 20])
  const met: string[] = []
  const pass = (nowMs: number) => {
    for (const stage of [0, 1]) timeline.pass(stage, nowMs, item => met.push(`${item}${stage}`))
  }
  timeline.add('a', 0)
  timeline.add('b', 5)
  pass(9)
  expect(met).toEqual([])
  pass(12)
  pass(12)
  expect(met).toEqual(['a0'])
  pass(30)
  expect(met).toEqual(['a0', 'b0', 'a1', 'b1'])
})

test('it goes on after thousands were let go', () => {
  const timeline = createTimeline<number>([1, 2])
  const met = [0, 0]
  for (let nowMs = 0; nowMs < 10_000; nowMs += 1) {
    timeline.add(nowMs, nowMs)
    for (const stage of [0, 1]) timeline.pass(stage, nowMs, item => (met[stage] = item))
  }
  expect(met).toEqual([9998, 9997])
})
