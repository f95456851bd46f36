import { expect, test } from 'vitest'
import { createEngine } from '../../../src/core/engine/engine.ts'
import { createStore } from '../../../src/core/engine/store.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { failure, fakeProber, reply } from '../../support/fake-prober.ts'
import { listOf, named, node, scriptedNodes } from '../../support/nodes.ts'

const a = node('a', '10.0.0.1', '10.1.0.1')
const b = node('b', '10.0.0.2')
const settle = () => new Promise(setImmediate)
const forever = new AbortController().signal

const minuteMs = 60_000

function start(nodes = scriptedNodes(listOf(a, b)), options = {}) {
  const clock = fakeClock()
  const prober = fakeProber()
  const store = createStore({ clock, origin: { kind: 'engine', label: 'test' }, historyLength: 5 })
  const engine = createEngine({
    store,
    nodes,
    openProber: prober.open,
    clock,
    intervalMs: addresses => addresses * 100,
    listGraceMs: 15 * minuteMs,
    ...options,
  })
  return { clock, prober, engine, nodes }
}

test('every address of the list is in the plan, at the interval for their number', async () => {
  const { prober, engine } = start()
  await settle()
  expect(prober.plan().targets.map(target => target.ip)).toEqual([
    '10.0.0.1',
    '10.1.0.1',
    '10.0.0.2',
  ])
  expect(prober.plan().intervalMs).toBe(300)
  expect(engine.snapshot().intervalMs).toBe(300)
  await engine.close()
})

test('on demand nothing is probed by itself, and the interval is told all the same', async () => {
  const { prober, engine } = start(undefined, { onDemand: true })
  await settle()
  expect(prober.plan().intervalMs).toBe(0)
  expect(engine.snapshot().intervalMs).toBe(300)
  await engine.close()
})

test('the feed is live from the first finding on, and a node turns with its findings', async () => {
  const { prober, engine } = start()
  await settle()
  expect(engine.snapshot().feed.kind).toBe('starting')
  prober.findAll(reply(1))
  expect(engine.snapshot().feed.kind).toBe('live')
  expect(engine.snapshot().nodes.map(each => each.verdict)).toEqual(['reachable', 'reachable'])
  prober.findAll(failure(2))
  expect(engine.snapshot().nodes.map(each => each.verdict)).toEqual(['unreachable', 'unreachable'])
  await engine.close()
})

test('a changed list changes the plan; nodes that stay keep their slots', async () => {
  const { prober, engine, nodes } = start()
  await settle()
  const before = prober.plan().targets
  nodes.tell(listOf(a, node('c', '10.0.0.3')))
  await settle()
  expect(prober.plan().targets.slice(0, 2)).toEqual(before.slice(0, 2))
  expect(prober.plan().targets[2]?.ip).toBe('10.0.0.3')
  await engine.close()
})

test('an order probes the nodes it names, tells of progress, and waits for the results', async () => {
  const { prober, engine } = start()
  await settle()
  const progress: string[] = []
  const answer = engine.probe({
    nodes: [named('a')],
    signal: forever,
    onProgress: (done, total) => progress.push(`${done}/${total}`),
  })
  await settle()
  const slots = prober
    .plan()
    .targets.slice(0, 2)
    .map(target => target.slot)
  expect(prober.asked).toEqual([slots])
  prober.find({ slot: slots[0] ?? 0, kind: 'icmp', outcome: reply(1) })
  prober.findAll(reply(2))
  expect(await answer).toEqual({ kind: 'probed', paths: 2 })
  expect(progress).toEqual(['1/2', '2/2'])
  await engine.close()
})

test('an order given before the first list waits for it', async () => {
  const { prober, engine, nodes } = start(scriptedNodes())
  const answer = engine.probe({ signal: forever })
  await settle()
  nodes.tell(listOf(b))
  await settle()
  prober.findAll(reply(1))
  expect(await answer).toEqual({ kind: 'probed', paths: 1 })
  await engine.close()
})

test('an order ends when its signal or the engine ends', async () => {
  const { engine } = start()
  await settle()
  const giveUp = new AbortController()
  const first = engine.probe({ signal: giveUp.signal })
  giveUp.abort(new Error('enough'))
  await expect(first).rejects.toThrow('enough')
  const early = start(scriptedNodes())
  const second = early.engine.probe({ signal: forever })
  await Promise.all([expect(second).rejects.toThrow('closed'), early.engine.close()])
  await engine.close()
})

test('a node source that breaks is told with its reason, and probing stops', async () => {
  const { prober, engine, nodes } = start()
  await settle()
  nodes.fail(new Error('no agent at /var/run/cilium/cilium.sock'))
  await settle()
  expect(engine.snapshot().feed).toMatchObject({
    kind: 'lost',
    reason: 'no agent at /var/run/cilium/cilium.sock',
  })
  expect(prober.closed()).toBe(true)
  await engine.close()
})

test('a prober that lost its thread is told with its reason and the next try, and is back by itself', async () => {
  const { clock, prober, engine } = start()
  await settle()
  prober.findAll(reply(1))
  const order = engine.probe({ signal: forever })
  await settle()
  prober.interrupt('the probe thread is lost: oh', clock.nowMs() + 1000)
  const lost = { kind: 'lost', sinceMs: clock.nowMs(), reason: 'the probe thread is lost: oh' }
  expect(engine.snapshot().feed).toEqual({ ...lost, retryAtMs: clock.nowMs() + 1000 })
  expect(await engine.probe({ signal: forever })).toEqual({ kind: 'refused', reason: lost.reason })
  await clock.advance(1000)
  prober.interrupt('the probe thread is lost: again', clock.nowMs() + 2000)
  expect(engine.snapshot().feed).toMatchObject({
    sinceMs: lost.sinceMs,
    reason: expect.stringContaining('again'),
  })
  prober.resume()
  expect(engine.snapshot().feed).toEqual({ kind: 'live' })
  prober.findAll(reply(2))
  expect(await order).toMatchObject({ kind: 'probed' })
  await engine.close()
})

test('closing ends the prober and the node source', async () => {
  const { prober, engine, nodes } = start()
  await settle()
  await engine.close()
  expect([prober.closed(), nodes.closed]).toEqual([true, true])
})

test('without a node list for 15 minutes probing stops, and says so, until one comes again', async () => {
  const { clock, prober, engine, nodes } = start()
  await settle()
  prober.findAll(reply(1))
  nodes.miss()
  await clock.advance(15 * minuteMs)
  nodes.miss()
  expect(engine.snapshot().feed.kind).toBe('live')
  expect(prober.plan().targets).toHaveLength(3)

  await clock.advance(1)
  nodes.miss()
  expect(engine.snapshot().feed).toEqual({
    kind: 'lost',
    sinceMs: clock.nowMs(),
    reason: 'no node list for 15m: probing stopped',
    paused: true,
  })
  expect(prober.plan()).toEqual({ targets: [], intervalMs: 0 })
  expect(await engine.probe({ signal: forever })).toMatchObject({ kind: 'refused' })
  expect(prober.asked).toEqual([])

  nodes.tell(listOf(a, b))
  await settle()
  expect(prober.plan()).toMatchObject({ targets: { length: 3 }, intervalMs: 300 })
  expect(engine.snapshot().feed.kind).toBe('starting')
  prober.findAll(reply(2))
  expect(engine.snapshot().feed.kind).toBe('live')
  await engine.close()
})

test('a probe that ends after probing stopped does not make the feed live', async () => {
  const { clock, prober, engine, nodes } = start()
  await settle()
  const slot = prober.plan().targets[0]?.slot ?? 0
  for (let miss = 0; miss < 3; miss += 1) {
    nodes.miss()
    await clock.advance(10 * minuteMs)
  }
  expect(engine.snapshot().feed.kind).toBe('lost')
  prober.find({ slot, kind: 'icmp', outcome: reply(1) })
  expect(engine.snapshot().feed.kind).toBe('lost')
  await engine.close()
})

test('two misses are not enough to stop, however long ago the first was; a list forgives all', async () => {
  const { clock, prober, engine, nodes } = start()
  await settle()
  for (let miss = 0; miss < 6; miss += 1) {
    nodes.miss()
    await clock.advance(60 * minuteMs)
    if (miss % 2 === 1) nodes.tell(listOf(a, b))
    await settle()
    expect(prober.plan().targets).toHaveLength(3)
  }
  await engine.close()
})

test('a node source that broke stays the news, whatever the prober tells', async () => {
  const { clock, prober, engine, nodes } = start()
  await settle()
  nodes.fail(new Error('no agent'))
  await settle()
  prober.interrupt('the probe thread is lost', clock.nowMs() + 1000)
  prober.resume()
  expect(engine.snapshot().feed).toMatchObject({ kind: 'lost', reason: 'no agent' })
  await engine.close()
})

test('without a node list probing stops, also while the prober has no thread', async () => {
  const { clock, prober, engine, nodes } = start()
  await settle()
  prober.interrupt('the probe thread is lost', clock.nowMs() + 1000)
  for (let miss = 0; miss < 4; miss += 1) {
    nodes.miss()
    await clock.advance(60 * minuteMs)
  }
  prober.resume()
  expect(engine.snapshot().feed).toMatchObject({ kind: 'lost', paused: true })
  expect(prober.plan().targets).toEqual([])
  await engine.close()
})
