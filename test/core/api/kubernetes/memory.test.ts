import { expect, test } from 'vitest'
import { createHistory, createLastAnswer } from '../../../../src/core/api/kubernetes/memory.ts'
import { systemClock } from '../../../../src/core/clock.ts'

const options = {
  clock: systemClock,
  origin: { kind: 'daemon', label: 'a test' },
  historyLength: 5,
  factsOf: () => undefined,
} as const

const answer = (atMs: number) => {
  const probed = { latency: 5, lastProbed: new Date(atMs).toISOString() }
  const host = { 'primary-address': { ip: '192.0.2.1', icmp: probed, http: probed } }
  const nodes = [{ name: 'a', host }]
  return JSON.stringify({ local: { name: 'a' }, nodes, probeInterval: '1m' })
}

test.each([
  ['a history', createHistory, 2],
  ['the last answer', createLastAnswer, 1],
])('%s tells what came last', (_, create, kept) => {
  const memory = create(options)
  expect(memory.snapshot().nodes).toEqual([])
  expect(memory.take(answer(1e12))).toBe(60_000)
  memory.store.setFeed({ kind: 'live' })
  expect(memory.take(answer(1e12 + 1000))).toBe(60_000)
  const snapshot = memory.snapshot()
  expect(snapshot).toMatchObject({ self: 'a', intervalMs: 60_000, feed: { kind: 'live' } })
  expect(memory.snapshot(), 'the same until something changes').toBe(snapshot)
  const probe = snapshot.nodes[0]?.paths[0]?.probes.icmp
  expect(probe?.last?.atMs).toBe(1e12 + 1000)
  expect(probe?.history.length).toBe(kept)
  expect(() => memory.take('<html>')).toThrow('the answer is no JSON')
  expect(memory.snapshot().nodes).toHaveLength(1)
  memory.store.setFeed({ kind: 'lost', sinceMs: 1, reason: 'gone' })
  expect(memory.snapshot()).toMatchObject({ feed: { reason: 'gone' }, nodes: [{ name: 'a' }] })
  memory.store.close()
})
