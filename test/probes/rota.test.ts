import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRota } from '../../src/probes/rota.ts'

const members = (...slots: readonly number[]) => slots.map(slot => ({ slot }))
const many = (count: number) => members(...Array(count).keys())
const rotaOf = (maxProbesPerSecond = 1e6) =>
  createRota<{ readonly slot: number }>({ maxProbesPerSecond, cost: () => 2 })
const slotsOf = (taken: readonly { readonly slot: number }[]) => taken.map(({ slot }) => slot)

test('new members are due at once, those who stay keep their turn', () => {
  const rota = rotaOf()
  rota.follow(members(1, 2), 10_000, 0)
  expect(slotsOf(rota.take(0, 100))).toEqual([1, 2])
  rota.landed(1)
  rota.landed(2)
  rota.follow(members(1, 2, 3), 10_000, 50)
  expect(slotsOf(rota.take(50, 100))).toEqual([3])
})

test('each member comes once an interval, evenly spread', () => {
  const rota = rotaOf()
  rota.follow(many(1000), 10_000, 0)
  const begin = (nowMs: number) => {
    const taken = slotsOf(rota.take(nowMs, 1e6))
    for (const slot of taken) rota.landed(slot)
    return taken
  }
  expect(begin(0)).toHaveLength(1000)
  for (let nowMs = 50; nowMs < 20_000; nowMs += 50) begin(nowMs) // until all are in step
  const counts = new Map<number, number>()
  for (let nowMs = 20_000; nowMs < 30_000; nowMs += 50) {
    const taken = begin(nowMs)
    expect(taken.length).toBeLessThanOrEqual(8) // 5 on average
    for (const slot of taken) counts.set(slot, (counts.get(slot) ?? 0) + 1)
  }
  expect(counts.size).toBe(1000)
  expect(new Set(counts.values())).toEqual(new Set([1]))
})

test('whoever is in flight is not sent again, by turn or on demand', () => {
  const rota = rotaOf()
  rota.follow(members(1), 1000, 0)
  expect(rota.take(0, 10)).toHaveLength(1)
  rota.demand([1])
  expect(rota.take(5000, 10)).toEqual([])
  rota.landed(1)
  rota.demand([1])
  expect(slotsOf(rota.take(5000, 10))).toEqual([1])
})

test('on demand is before the others', () => {
  const rota = rotaOf()
  rota.follow(many(50), 1000, 0)
  for (const { slot } of rota.take(0, 100)) rota.landed(slot)
  rota.take(1600, 1) // all are due now, one of them began
  rota.demand([33])
  const [first] = slotsOf(rota.take(1600, 10))
  expect(first).toBe(33)
})

test('an interval of 0 means on demand only', () => {
  const rota = rotaOf()
  rota.follow(members(1, 2), 0, 0)
  expect(rota.take(0, 10)).toEqual([])
  expect(rota.take(1e9, 10)).toEqual([])
  rota.demand([2])
  expect(slotsOf(rota.take(1e9, 10))).toEqual([2])
})

test('who left is forgotten, even when due', () => {
  const rota = rotaOf()
  rota.follow(members(1, 2), 1000, 0)
  rota.follow(members(2), 1000, 0)
  expect(rota.member(1)).toBeUndefined()
  expect(slotsOf(rota.take(0, 10))).toEqual([2])
})

test('a pause of many intervals is not made up for', () => {
  const rota = rotaOf()
  rota.follow(members(1), 1000, 0)
  rota.take(0, 10)
  rota.landed(1)
  expect(rota.take(100_000, 10)).toHaveLength(1)
  rota.landed(1)
  expect(rota.take(100_010, 10)).toHaveLength(0)
})

test('room is a limit, and the rota says when it was the only one', () => {
  const rota = rotaOf()
  rota.follow(many(10), 1000, 0)
  expect(rota.take(0, 4)).toHaveLength(4)
  expect(rota.hungry()).toBe(true)
  expect(rota.take(0, 10)).toHaveLength(6)
  expect(rota.hungry()).toBe(false)
})

test('who is due and did not begin is counted as waiting, once', () => {
  const rota = rotaOf()
  rota.follow(many(10), 1000, 0)
  rota.demand([0, 1])
  expect(rota.waiting()).toBe(10)
  rota.take(0, 4)
  expect(rota.waiting()).toBe(6)
  rota.follow(members(8, 9), 1000, 0)
  expect(rota.waiting()).toBe(2)
  rota.take(0, 10)
  expect(rota.waiting()).toBe(0)
})

test('nothing goes past the budget, whatever is asked for', () => {
  const steps = fc.array(
    fc.record({ waitMs: fc.integer({ min: 0, max: 300 }), demand: fc.boolean() }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, fc.integer({ min: 10, max: 5000 }), (moves, rate) => {
      const rota = rotaOf(rate)
      rota.follow(many(300), 1000, 0)
      let nowMs = 0
      let probes = 0
      for (const { waitMs, demand } of moves) {
        nowMs += waitMs
        if (demand) rota.demand(Array(300).keys())
        const taken = rota.take(nowMs, 1000)
        probes += 2 * taken.length
        for (const { slot } of taken) rota.landed(slot)
        // The first tick has five milliseconds' share.
        expect(probes).toBeLessThanOrEqual((rate * (nowMs + 5)) / 1000)
      }
    }),
  )
})

test('what was not asked for is not made up for later', () => {
  const rota = rotaOf(100)
  rota.follow(many(300), 0, 0)
  rota.take(0, 1000)
  rota.take(5000, 1000)
  rota.demand(Array(300).keys())
  expect(rota.take(5020, 1000)).toHaveLength(1)
})

test('a budget smaller than a turn saves for it', () => {
  const rota = rotaOf(1)
  rota.follow(many(2), 1000, 0)
  const counts = [0, 500, 1000, 1500, 2000, 4000].map(nowMs => rota.take(nowMs, 10).length)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2)
})
