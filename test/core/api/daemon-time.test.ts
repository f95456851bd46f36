import { expect, test } from 'vitest'
import { createDaemonTime } from '../../../src/core/api/daemon-time.ts'
import { createStore } from '../../../src/core/engine/store.ts'
import type { ProberState } from '../../../src/core/model/prober.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { reply } from '../../support/fake-prober.ts'
import { listOf, node } from '../../support/nodes.ts'

const hourMs = 3_600_000
const off = { kind: 'off', why: '', remedies: [] } as const
const prober: ProberState = {
  abilities: { icmp4: off, icmp6: off, http: off },
  probesPerSecond: 0,
  maxProbesPerSecond: 500,
  timeoutMs: 3000,
  inFlight: 0,
  lagMs: 0,
  drops: 0,
}

/** What an attachment knows of a daemon whose clock is so far ahead of ours. */
function heardFrom(aheadMs: number) {
  const clock = fakeClock()
  const theirsMs = clock.nowMs() + aheadMs
  const time = createDaemonTime(clock)
  const origin = { kind: 'daemon', label: 'unix:///health.sock' } as const
  const store = createStore({ clock, origin, historyLength: 5 })
  time.heard(theirsMs)
  const corrected = time.correct(store)
  corrected.setNodes(listOf(node('a', '10.0.0.1')))
  corrected.record([{ slot: store.paths()[0]?.slot ?? 0, kind: 'icmp', outcome: reply(theirsMs) }])
  corrected.setProber({
    ...prober,
    lateAtMs: theirsMs,
    restartedAtMs: theirsMs,
    steppedAtMs: theirsMs,
  })
  corrected.setFeed({ kind: 'lost', sinceMs: theirsMs, reason: 'oh', retryAtMs: theirsMs })
  return { nowMs: clock.nowMs(), snapshot: time.tell(store.snapshot()) }
}

test('all times of a daemon whose clock is an hour off are told by ours', () => {
  const { nowMs, snapshot } = heardFrom(hourMs)
  const times = [
    snapshot.nodes[0]?.paths[0]?.probes.icmp.last?.atMs,
    snapshot.prober?.lateAtMs,
    snapshot.prober?.restartedAtMs,
    snapshot.prober?.steppedAtMs,
    ...(snapshot.feed.kind === 'lost' ? [snapshot.feed.sinceMs, snapshot.feed.retryAtMs] : []),
  ]
  expect(times).toHaveLength(6)
  for (const atMs of times) expect(Math.abs((atMs ?? 0) - nowMs)).toBeLessThan(1000)
  expect(snapshot.origin.label).toMatch(/clock/)
})

test('a clock that is right is left alone, and a prober without such times gets none', () => {
  const { nowMs, snapshot } = heardFrom(0)
  expect(snapshot.prober?.lateAtMs).toBe(nowMs)
  expect(snapshot.origin.label).toBe('unix:///health.sock')
})
