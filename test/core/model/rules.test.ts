import { expect, test } from 'vitest'
import { createStore } from '../../../src/core/engine/store.ts'
import type { Outcome } from '../../../src/core/model/probe.ts'
import { parseRules, rulesMet } from '../../../src/core/model/rules.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { failure, reply } from '../../support/fake-prober.ts'
import { listOf, node } from '../../support/nodes.ts'

/** A cluster of one-address nodes, each with these outcomes of both kinds, seen at time `nowMs`. */
function snapshotOf(outcomes: readonly (readonly Outcome[])[], nowMs = 1000) {
  const origin = { kind: 'engine', label: 'test' } as const
  const store = createStore({ clock: fakeClock(nowMs), origin, historyLength: 200 })
  store.setIntervalMs(1000)
  store.setNodes(listOf(...outcomes.map((_, index) => node(`n${index}`, `10.0.0.${index + 1}`))))
  store.paths().forEach(({ slot }, index) => {
    for (const outcome of outcomes[index] ?? []) {
      store.record([
        { slot, kind: 'icmp', outcome },
        { slot, kind: 'http', outcome },
      ])
    }
  })
  return store.snapshot()
}

const met = (text: string, snapshot = mixed) => {
  const result = parseRules(text)
  if (result.kind === 'error') throw new Error(`${result.message} at ${result.position}`)
  return rulesMet(result.rules, snapshot)
}

const mixed = snapshotOf([[reply(1000, 2e6)], [reply(1000, 8e6)], [failure(1000)], []])

test('counts of nodes are compared as they are, or as a share of all', () => {
  expect(met('unreachable>0')).toEqual(['unreachable>0 (is 1)'])
  expect(met('unreachable>=25%,unreachable>25%')).toEqual(['unreachable>=25% (is 25.0%)'])
  expect(met('nodes=4,reachable==2,unknown<2')).toHaveLength(3)
})

test('a latency rule looks at the worst probe', () => {
  expect(met('p99>5ms')).toEqual(['p99>5ms (is 8.000ms)'])
  expect(met('p99>8ms,rtt > 8000us,max>=8ms')).toEqual(['max>=8ms (is 8.000ms)'])
})

test('loss is a share of what was sent', () => {
  expect(met('loss>1%')).toEqual(['loss>1% (is 100.0%)'])
  expect(met('loss>0.99')).toHaveLength(1)
})

test('a latency that was never measured meets no rule', () => {
  expect(met('p50<1s', snapshotOf([[failure(1000)]]))).toEqual([])
})

test('a node is stale once its answer is older than two intervals, and a timeout if one is known', () => {
  expect(met('stale>0', snapshotOf([[reply(1000)]], 3000))).toEqual([])
  expect(met('stale>0', snapshotOf([[reply(1000)]], 3001))).toEqual(['stale>0 (is 1)'])
})

test.each([
  ['unreachable>0,bogus>1', 14, '"bogus" is no metric'],
  ['p99>5', 5, 'needs a unit'],
  ['p99>5m', 5, '"m" is none'],
  ['unreachable', 11, 'comes one of'],
  ['unreachable>', 12, 'comes a number'],
  ['loss>1.2.3%', 5, 'comes a number'],
  ['stale>1ms', 7, 'is no unit'],
  ['', 0, 'a rule begins with'],
  ['unreachable>0,', 14, 'a rule begins with'],
  ['unreachable>0; rm', 13, '"; rm" is no unit'],
  ['unreachable>-1', 12, 'comes a number'],
  ['unreachable>0, p99>-1ms', 19, 'comes a number'],
  ['unreachable-x>0', 11, 'comes one of'],
  ['loss>1.5', 5, 'at most 1, which is 100%'],
  ['loss>200%', 5, 'at most 1, which is 100%'],
  ['unknown>101%', 8, 'at most 1, which is 100%'],
])('%s is refused at position %i', (text, position, message) => {
  const result = parseRules(text)
  expect(result).toMatchObject({ kind: 'error', position })
  expect(result.kind === 'error' && result.message).toContain(message)
})
