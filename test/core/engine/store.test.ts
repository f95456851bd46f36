import { expect, test } from 'vitest'
import { createStore } from '../../../src/core/engine/store.ts'
import type { Outcome, ProbeKind } from '../../../src/core/model/probe.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { failure, reply } from '../../support/fake-prober.ts'
import { listOf, node, path } from '../../support/nodes.ts'

const a = node('a', '10.0.0.1', '10.1.0.1')
const b = node('b', '10.0.0.2', '10.1.0.2')

function setUp() {
  const clock = fakeClock()
  const store = createStore({
    clock,
    origin: { kind: 'engine', label: 'test' },
    historyLength: 3,
    noticeMs: 100,
  })
  store.setNodes(listOf(a, b))
  const tell = (name: string, to: 'host' | 'endpoint', kind: ProbeKind, outcome: Outcome) => {
    const found = store.paths().find(({ path }) => path.node === name && path.to === to)
    store.record([{ slot: found?.slot ?? -1, kind, outcome }])
  }
  const nodeNamed = (name: string) => store.snapshot().nodes.find(each => each.name === name)
  return { clock, store, tell, nodeNamed }
}

test('a node is unknown until every path was probed, then as well as its worst path', () => {
  const { tell, nodeNamed } = setUp()
  for (const to of ['host', 'endpoint'] as const) {
    expect(nodeNamed('a')?.verdict).toBe('unknown')
    for (const kind of ['icmp', 'http'] as const) tell('a', to, kind, reply(1000))
  }
  expect(nodeNamed('a')?.verdict).toBe('reachable')
  tell('a', 'endpoint', 'http', failure(2000, 'refused'))
  expect(nodeNamed('a')?.verdict).toBe('unreachable')
})

test('a prober without the right to send ICMP leaves the verdict to HTTP', () => {
  const { tell, nodeNamed } = setUp()
  for (const to of ['host', 'endpoint'] as const) {
    tell('a', to, 'icmp', failure(1000, 'not-permitted'))
    tell('a', to, 'http', reply(1000))
  }
  expect(nodeNamed('a')?.paths[0]?.probes.icmp.verdict).toBe('unknown')
  expect(nodeNamed('a')?.verdict).toBe('reachable')
})

test('labels belong to a node, and keep its object until they change', () => {
  const { store, nodeNamed } = setUp()
  const inZone = (zone: string) => store.setNodes(listOf({ ...a, labels: { zone } }, b))
  inZone('z1')
  const known = nodeNamed('a')
  expect(known?.labels).toEqual({ zone: 'z1' })
  inZone('z1')
  expect(nodeNamed('a')).toBe(known)
  inZone('z2')
  expect(nodeNamed('a')?.labels).toEqual({ zone: 'z2' })
  store.setNodes(listOf(a, b))
  expect(nodeNamed('a')).not.toHaveProperty('labels')
})

test('an outcome rebuilds its own node and shares every other with the last snapshot', () => {
  const { store, tell, nodeNamed } = setUp()
  const before = store.snapshot()
  expect(store.snapshot()).toBe(before)
  const [oldA, oldB] = [nodeNamed('a'), nodeNamed('b')]
  tell('a', 'host', 'icmp', reply(1000))
  expect(store.snapshot()).not.toBe(before)
  expect(nodeNamed('a')).not.toBe(oldA)
  expect(nodeNamed('b')).toBe(oldB)
  expect(nodeNamed('a')?.paths[1]).toBe(oldA?.paths[1])
})

test('a new list keeps what is known of addresses that stay, and forgets the rest', () => {
  const { store, tell, nodeNamed } = setUp()
  tell('a', 'host', 'icmp', reply(1000))
  tell('b', 'host', 'icmp', reply(1000))
  const [slotA, oldA] = [store.slotOf(path('a', 'host', '10.0.0.1')), nodeNamed('a')]
  store.setNodes(listOf(a, node('b', '10.0.0.9', '10.1.0.2')))
  expect(nodeNamed('a')).toBe(oldA)
  expect(store.slotOf(path('a', 'host', '10.0.0.1'))).toBe(slotA)
  expect(nodeNamed('b')?.paths[0]?.probes.icmp.last).toBeUndefined()
  expect(store.slotOf(path('b', 'host', '10.0.0.2'))).toBeUndefined()
})

test('a finding for an address that is gone is dropped', () => {
  const { store, tell } = setUp()
  store.setNodes(listOf(a))
  tell('b', 'host', 'icmp', reply(1000))
  expect(store.snapshot().nodes.map(each => each.name)).toEqual(['a'])
})

test('a slot is never used twice', () => {
  const { store } = setUp()
  const before = store.slotOf(path('b', 'host', '10.0.0.2'))
  store.setNodes(listOf(a))
  store.setNodes(listOf(a, b))
  expect(store.slotOf(path('b', 'host', '10.0.0.2'))).not.toBe(before)
})

test('names and addresses told twice count once', () => {
  const { store } = setUp()
  store.setNodes({ nodes: [a, a, { ...b, paths: [...b.paths, ...b.paths] }] })
  expect(store.snapshot().nodes.map(each => each.paths.length)).toEqual([2, 2])
})

test('turns between reachable and unreachable are dated and counted; unknown is no turn', () => {
  const { tell, nodeNamed } = setUp()
  const outcomes = [
    reply(1),
    failure(2),
    failure(3),
    failure(4, 'not-permitted'),
    reply(5),
    failure(6),
  ]
  for (const outcome of outcomes) tell('a', 'host', 'http', outcome)
  const probe = nodeNamed('a')?.paths[0]?.probes.http
  expect(probe).toMatchObject({ verdict: 'unreachable', changedAtMs: 6, flaps: 2 })
})

test('a burst of changes makes one notice', async () => {
  const { clock, store, tell } = setUp()
  await clock.advance(100)
  let notices = 0
  const stop = store.subscribe(() => {
    notices += 1
  })
  for (let index = 0; index < 50; index += 1) tell('a', 'host', 'icmp', reply(index))
  await clock.advance(99)
  expect(notices).toBe(0)
  await clock.advance(1)
  expect(notices).toBe(1)
  stop()
  tell('a', 'host', 'icmp', reply(99))
  await clock.advance(100)
  expect(notices).toBe(1)
  store.close()
})
