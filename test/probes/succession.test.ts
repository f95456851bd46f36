import { expect, test } from 'vitest'
import { continued, createPatience } from '../../src/probes/succession.ts'

test('a lost thread is replaced at once, the next ones after 1, 2, 4 … 30 s; a good minute forgives', () => {
  let nowMs = 0
  const patience = createPatience(() => nowMs)
  const lose = (workedMs: number) => {
    patience.ready()
    nowMs += workedMs
    return patience.lostMs()
  }
  expect([5, 5, 5, 5, 5, 5, 5, 5].map(lose)).toEqual([
    0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ])
  expect(lose(59_000)).toBe(30_000)
  expect(lose(61_000)).toBe(0)
  expect(patience.lostMs()).toBe(1000) // this one never worked
})

test('what is counted since the start goes on over a new thread', () => {
  const rejected = { late: 1, duplicate: 2, foreign: 3, altered: 4, spoofed: 5 }
  const state = {
    drops: 5,
    clockSteps: 1,
    lateTicks: 3,
    steppedAtMs: 9,
    rejected,
    inFlight: 7,
  } as never
  expect(continued(state, undefined)).toBe(state)
  const second = continued(state, state)
  expect(second).toEqual({
    drops: 10,
    clockSteps: 2,
    lateTicks: 6,
    steppedAtMs: 9,
    rejected: { late: 2, duplicate: 4, foreign: 6, altered: 8, spoofed: 10 },
    inFlight: 7,
  })
  expect(continued({ drops: 0, inFlight: 0 } as never, second)).toMatchObject({
    drops: 10,
    steppedAtMs: 9,
    rejected: second.rejected,
  })
})
