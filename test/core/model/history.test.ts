import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHistory, emptyHistory, statisticsOf } from '../../../src/core/model/history.ts'
import { marksIn } from '../../../src/core/model/marks.ts'
import { type FailureReason, failureReasons } from '../../../src/core/model/probe.ts'
import { failure, reply } from '../../support/fake-prober.ts'

const historyOf = (...results: readonly (number | FailureReason)[]) => {
  const history = createHistory(Math.max(1, results.length))
  results.forEach((result, index) => {
    history.add(typeof result === 'number' ? reply(index, result) : failure(index, result))
  })
  return history
}

test('the newest outcomes stay, oldest first; older ones fall off', () => {
  const history = createHistory(3)
  for (const rttNs of [10, 20, 30, 40]) history.add(reply(rttNs, rttNs))
  expect([0, 1, 2].map(index => history.rttNs(index))).toEqual([20, 30, 40])
  expect([history.length, history.total, history.atMs(0)]).toEqual([3, 4, 20])
})

test('every reason for a failure comes back as it went in', () => {
  const history = historyOf(...failureReasons)
  expect(failureReasons.map((_, index) => history.reason(index))).toEqual(failureReasons)
  expect(failureReasons.map((_, index) => history.rttNs(index))).toEqual(
    failureReasons.map(() => Number.NaN),
  )
})

test('a reply has a time and no reason, even one of 0 ns', () => {
  const history = historyOf(0)
  expect([history.rttNs(0), history.reason(0)]).toEqual([0, undefined])
})

test('percentiles are numbers that were measured, by nearest rank', () => {
  const statistics = statisticsOf(
    historyOf(...Array.from({ length: 100 }, (_, index) => index + 1)),
  )
  expect(statistics).toMatchObject({ p50Ns: 50, p95Ns: 95, p99Ns: 99, maxNs: 100, jitterNs: 1 })
})

test('loss counts what the target owes; what the prober spoiled is left out', () => {
  const statistics = statisticsOf(historyOf(10, 'timeout', 'not-permitted', 'no-resources', 30))
  expect(statistics).toMatchObject({ sent: 3, lost: 1, lossRatio: 1 / 3, jitterNs: 20 })
})

test('loss counts packets: of a reply to the second one, the first was lost', () => {
  const history = createHistory(8)
  history.add(reply(1, 10))
  history.add({ ...reply(2, 10), packets: 2 })
  history.add({ ...failure(3), packets: 3 })
  history.add({ ...failure(4, 'no-resources'), packets: 3 })
  expect(statisticsOf(history)).toMatchObject({ sent: 6, lost: 4, lossRatio: 4 / 6 })
})

test('what an outcome tells beside its result stays with it, and falls off with it', () => {
  const history = createHistory(5)
  const told = fc.record(
    {
      packets: fc.integer({ min: 2, max: 10 }),
      retransmits: fc.integer({ min: 1, max: 7 }),
      inDoubt: fc.constant(true as const),
    },
    { requiredKeys: [] },
  )
  const added: object[] = []
  fc.assert(
    fc.property(told, marks => {
      history.add({ ...reply(1e12 + added.length, 7), ...marks })
      added.push(marks)
      const kept = added.slice(-5)
      expect(kept.map((_, index) => marksIn(history.mark(index)))).toEqual(kept)
    }),
  )
})

test('samples in doubt and SYNs sent again are counted', () => {
  const history = createHistory(3)
  history.add({ ...failure(1), inDoubt: true, retransmits: 2 })
  history.add({ ...reply(2), retransmits: 1 })
  history.add(reply(3))
  expect(statisticsOf(history)).toMatchObject({ sent: 3, lost: 1, retransmits: 3, inDoubt: 1 })
})

test('without a reply there is loss and no latency', () => {
  expect(statisticsOf(historyOf('refused'))).toMatchObject({ sent: 1, lost: 1, lossRatio: 1 })
  expect(statisticsOf(historyOf('refused')).maxNs).toBeUndefined()
  expect(statisticsOf(emptyHistory)).toMatchObject({ sent: 0, lossRatio: undefined })
})

test('the newest few can be asked for alone', () => {
  expect(statisticsOf(historyOf('timeout', 10, 20), 2)).toMatchObject({ sent: 2, lost: 0 })
})

test('a percentile lies between the least and the greatest, whatever was measured', () => {
  const rtts = fc.array(fc.integer({ min: 0, max: 1e10 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(rtts, values => {
      const { p50Ns = -1, p95Ns = -1, p99Ns = -1, maxNs } = statisticsOf(historyOf(...values))
      expect(values).toContain(p95Ns)
      expect(p50Ns <= p95Ns && p95Ns <= p99Ns && p99Ns <= (maxNs ?? -1)).toBe(true)
      expect(maxNs).toBe(Math.max(...values))
    }),
  )
})

test('what goes in comes out, whatever the times and RTTs', () => {
  const outcome = fc.record({ stepMs: fc.integer({ min: 0, max: 1e6 }), rttNs: fc.nat(3.4e10) })
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 60 }), outcomes => {
      const history = createHistory(40)
      let atMs = Date.UTC(2026, 10, 22)
      const kept = outcomes.map(({ stepMs, rttNs }) => {
        atMs += stepMs
        history.add(reply(atMs, rttNs))
        return [atMs, rttNs]
      })
      const read = Array.from({ length: history.length }, (_, index) => [
        history.atMs(index),
        history.rttNs(index),
      ])
      expect(read).toEqual(kept.slice(-40))
    }),
  )
})

test('a clock that jumps, either way, bends old times and no new ones', () => {
  const history = createHistory(4)
  const dayMs = 86_400_000
  for (const day of [100, 101, 150, 20]) history.add(reply(day * dayMs, day))
  expect(history.atMs(3)).toBe(20 * dayMs)
  expect([0, 1, 2, 3].map(index => history.rttNs(index))).toEqual([100, 101, 150, 20])
  history.add(failure(20 * dayMs + 7, 'refused'))
  expect([history.atMs(3), history.reason(3)]).toEqual([20 * dayMs + 7, 'refused'])
})
