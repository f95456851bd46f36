import { expect, test } from 'vitest'
import {
  createHistory,
  createLastAnswer,
  shareNames,
} from '../../../../src/core/api/kubernetes/memory.ts'
import { systemClock } from '../../../../src/core/clock.ts'
import type { NodeName } from '../../../../src/core/model/node.ts'
import { outcomesOf } from '../../../../src/core/model/outcomes.ts'

const options = {
  clock: systemClock,
  origin: { kind: 'daemon', label: 'a test' },
  historyLength: 5,
  factsOf: () => undefined,
  sharedNames: shareNames(),
  sources: 1000,
} as const

const answer = (atMs: number) => {
  const probed = { latency: 5, lastProbed: new Date(atMs).toISOString() }
  const host = { 'primary-address': { ip: '192.0.2.1', icmp: probed, http: probed } }
  const nodes = [{ name: 'a', host }]
  return JSON.stringify({ local: { name: 'a' }, nodes, probeInterval: '1m' })
}

test.each([
  ['a history', createHistory, 2],
  ['the last answer', createLastAnswer, 2],
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

test('the outcomes alone say what the nodes say, whatever their order; lists that are alike are one', () => {
  const memories = [createLastAnswer(options), createLastAnswer(options)]
  const probed = (status: string) => ({
    status,
    latency: 5,
    lastProbed: new Date(1e12).toISOString(),
  })
  const addressOf = (ip: string, status = '') => ({ ip, icmp: probed(status), http: probed('') })
  const nodes = [
    {
      name: 'b',
      host: {
        'primary-address': addressOf('192.0.2.2'),
        'secondary-addresses': [addressOf('192.0.2.3', 'Connection timed out')],
      },
    },
    { name: 'a', host: { 'primary-address': { ip: '192.0.2.1' } } },
  ]
  memories.forEach((memory, index) => {
    memory.take(JSON.stringify({ nodes: index === 0 ? nodes : nodes.toReversed() }))
  })
  const [first, second] = memories.map(memory => memory.outcomes?.())
  expect(first?.names).toEqual(['a', 'b'])
  expect(second?.names).toBe(first?.names)
  const told = outcomesOf(memories[0]?.snapshot().nodes ?? [])
  for (const outcomes of [first, second]) {
    const { codes, rttNs, atMs, newestMs } = told
    expect(outcomes).toMatchObject({ codes, rttNs, atMs, newestMs })
  }
  for (const { store } of memories) store.close()
})

test('a snapshot goes on telling of its own time', () => {
  const memory = createLastAnswer(options)
  memory.take(answer(1e12))
  const before = memory.snapshot()
  memory.take(answer(1e12 + 5000))
  memory.store.setAgent({ kind: 'ok', detail: '' })
  const atMs = ({ nodes }: typeof before) => nodes[0]?.paths[0]?.probes.icmp.last?.atMs
  expect([before, memory.snapshot()].map(atMs)).toEqual([1e12, 1e12 + 5000])
  memory.store.close()
})

test('of earlier answers a trail is kept: when, whether it was reached, and about how fast', () => {
  const memory = createLastAnswer(options)
  const told = (second: number, latency: number, status = '') => {
    const probed = { latency, status, lastProbed: new Date(1e12 + 1000 * second).toISOString() }
    const host = { 'primary-address': { ip: '192.0.2.1', icmp: probed, http: probed } }
    return JSON.stringify({ local: { name: 'a' }, nodes: [{ name: 'a', host }] })
  }
  memory.take(told(0, 1e6))
  memory.take(told(1, 0, 'Connection timed out'))
  memory.take(told(1, 0, 'Connection timed out'))
  memory.take(told(2, 3e6))
  const icmp = memory.snapshot().nodes[0]?.paths[0]?.probes.icmp
  const seconds = [0, 1, 2].map(index => ((icmp?.history.atMs(index) ?? 0) - 1e12) / 1000)
  expect(seconds).toEqual([0, 1, 2])
  expect(icmp?.history.length).toBe(3)
  expect(icmp?.history.reason(1)).toBe('timeout')
  expect(Math.abs((icmp?.history.rttNs(0) ?? 0) / 1e6 - 1)).toBeLessThan(0.1)
  expect(icmp?.flaps).toBe(2)
  memory.store.close()
})

/** The answer of an agent that lists these nodes, to whom nobody answers. */
const failingAnswer = (names: readonly string[], second: number) => {
  const lastProbed = new Date(1e12 + 1000 * second).toISOString()
  const probed = { status: 'Connection timed out', lastProbed }
  const host = { 'primary-address': { ip: '192.0.2.1', icmp: probed, http: probed } }
  return JSON.stringify({ nodes: names.map(name => ({ name, host })) })
}

const sinceSecond = ({ outcomes }: ReturnType<typeof createLastAnswer>, name: string) => {
  const told = outcomes?.()
  const place = told?.names.indexOf(name as NodeName) ?? -1
  return (told?.sinceS[4 * place] ?? 0) - 1e9
}

test('an agent whose list differs takes nothing from what the others remember', () => {
  const [one, other] = [createLastAnswer(options), createLastAnswer(options)]
  for (const second of [0, 10, 20]) {
    one.take(failingAnswer(['a', 'b'], second))
    other.take(failingAnswer(['a', 'b', `wrong-${second}`], second))
  }
  expect(one.outcomes?.().names).toEqual(['a', 'b'])
  expect([sinceSecond(one, 'a'), sinceSecond(other, 'b')]).toEqual([0, 0])
  expect(one.snapshot().nodes[0]?.paths[0]?.probes.icmp.history.length).toBe(3)
  for (const { store } of [one, other]) store.close()
})

test('a node that joins or leaves resets no other node’s past', () => {
  const memory = createLastAnswer(options)
  memory.take(failingAnswer(['b', 'c'], 0))
  memory.take(failingAnswer(['a', 'b', 'c'], 10))
  memory.take(failingAnswer(['a', 'c'], 20))
  expect([sinceSecond(memory, 'a'), sinceSecond(memory, 'c')]).toEqual([10, 0])
  const lengths = memory.snapshot().nodes.map(({ paths }) => paths[0]?.probes.icmp.history.length)
  expect(lengths).toEqual([2, 3])
  memory.store.close()
})

test('lists that take turns are one each', () => {
  const sharedNames = shareNames()
  const listOf = (...names: readonly string[]) =>
    sharedNames(names.map(name => ({ name: name as NodeName, paths: [] })))
  const lists = [listOf('a', 'b'), listOf('a', 'c'), listOf('b', 'a'), listOf('c', 'a')]
  expect(lists[2]).toBe(lists[0])
  expect(lists[3]).toBe(lists[1])
})
