import { expect, test } from 'vitest'
import type { Outcome } from '../../../src/core/model/probe.ts'
import type { NodeHealth } from '../../../src/core/model/snapshot.ts'
import { recentLoss } from '../../../src/ui/top/measure.ts'
import { nodeState, probeState, timesBaseline } from '../../../src/ui/top/state.ts'
import {
  failure,
  type NodePlan,
  nodeOf,
  nowMs,
  oldMs,
  probeHealth,
  reply,
} from '../../support/clusters.ts'

const stateOf = (plight: NonNullable<NodePlan['plight']>) =>
  nodeState(nodeOf({ name: 'a', plight }), nowMs, oldMs)
const ms = 1_000_000
const steady = Array.from({ length: 20 }, () => reply(2 * ms))

test('a node is as its worst probe is', () => {
  expect(stateOf('ok')).toBe('ok')
  expect(stateOf('down')).toBe('down')
  expect(stateOf('agent-down')).toBe('down')
  expect(stateOf('endpoint-down')).toBe('down')
  expect(stateOf('loss')).toBe('loss')
  expect(stateOf('slow')).toBe('slow')
  expect(stateOf('stale')).toBe('stale')
  expect(stateOf('new')).toBe('new')
})

test('a probe that is not permitted here says nothing about the node', () => {
  expect(stateOf('icmp-off')).toBe('ok')
  expect(probeState(probeHealth([failure('not-permitted')]), nowMs, oldMs)).toBe('off')
  const node = nodeOf({ name: 'a', plight: 'new' })
  const off = probeHealth([failure('not-permitted')])
  const nothing: NodeHealth = {
    ...node,
    paths: node.paths.map(path => ({ ...path, probes: { icmp: off, http: off } })),
  }
  expect(nodeState(nothing, nowMs, oldMs)).toBe('new')
})

test('a probe whose second packet was answered is no outage, but packets get lost', () => {
  const replies = Array.from({ length: 9 }, () => reply(ms))
  const probe = probeHealth([...replies, { ...reply(ms), packets: 2 }])
  expect([probe.verdict, probeState(probe, nowMs, oldMs)]).toEqual(['reachable', 'loss'])
  expect(recentLoss(probe.history)).toEqual({ sent: 11, lost: 1 })
})

test('an old answer is stale after two intervals and a timeout, good or bad, and not before', () => {
  for (const last of [reply(ms, oldMs), failure('timeout', oldMs)]) {
    const probe = probeHealth([last])
    expect(probeState(probe, nowMs, oldMs)).not.toBe('stale')
    expect(probeState(probe, nowMs + 1, oldMs)).toBe('stale')
    expect(probeState(probe, nowMs + 1, Number.POSITIVE_INFINITY)).not.toBe('stale')
  }
})

test('time alone makes a node stale', () => {
  const node = nodeOf({ name: 'a' })
  expect(nodeState(node, nowMs, oldMs)).toBe('ok')
  expect(nodeState(node, nowMs + 3 * oldMs, oldMs)).toBe('stale')
})

test('slow is twice in a row more than three times its own median, and than a millisecond', () => {
  const after = (usual: readonly Outcome[], ...rtts: readonly number[]) =>
    probeState(probeHealth([...usual, ...rtts.map(rtt => reply(rtt * ms))]), nowMs, oldMs)
  expect(after(steady, 6, 6)).toBe('ok')
  expect(after(steady, 6.1, 6.1)).toBe('slow')
  expect(after(steady, 90)).toBe('ok')
  expect(after(steady, 90, 2, 90)).toBe('ok')
  const quick = Array.from({ length: 20 }, () => reply(0.1 * ms))
  expect(after(quick, 0.9, 0.9)).toBe('ok')
})

test('there is no baseline before ten replies, and nothing is slow', () => {
  expect(timesBaseline(probeHealth(steady.slice(0, 9)))).toBeUndefined()
  expect(timesBaseline(probeHealth(steady.slice(0, 10)))).toBe(1)
  expect(probeState(probeHealth([...steady.slice(0, 8), reply(90 * ms)]), nowMs, oldMs)).toBe('ok')
})

test('loss is told for ten probes, and the prober’s own failures are none', () => {
  const lossy = (since: number) =>
    probeHealth([failure('timeout'), ...steady.slice(0, since), reply(2 * ms)])
  expect(probeState(lossy(8), nowMs, oldMs)).toBe('loss')
  expect(probeState(lossy(9), nowMs, oldMs)).toBe('ok')
  const ours = probeHealth([...steady, failure('no-resources'), reply(2 * ms)])
  expect(probeState(ours, nowMs, oldMs)).toBe('ok')
})
