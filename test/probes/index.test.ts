import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProber } from '../../src/probes/index.ts'
import { openResponders, type Responders } from '../support/loopback.ts'
import { targetsOf, watchProber } from '../support/prober.ts'

let responders: Responders
beforeAll(async () => {
  responders = await openResponders({ '127.42.0.1': 'healthy', '127.42.0.2': 'hanging' })
})
afterAll(() => responders.close())

const healthy = '127.42.0.1'
const hanging = '127.42.0.2'
const http = (timeoutMs = 5000) =>
  watchProber({ httpPort: responders.port, timeoutMs, icmp: 'off' })

test('targets of a plan are probed at once, then again each interval', async () => {
  await using watched = await http()
  watched.prober.follow({ targets: targetsOf([healthy]), intervalMs: 200 })
  const replies = () => watched.findings.filter(({ outcome }) => outcome.kind === 'reply').length
  await expect.poll(replies, { timeout: 10_000 }).toBeGreaterThan(3)
})

test('a target that left the plan is probed no more', async () => {
  await using watched = await http()
  watched.prober.follow({ targets: targetsOf([healthy]), intervalMs: 100 })
  await expect.poll(() => watched.findings.length).toBeGreaterThan(0)
  watched.prober.follow({ targets: [], intervalMs: 100 })
  const other = { slot: 7, ip: targetsOf([healthy])[0]?.ip ?? ('' as never) }
  watched.prober.follow({ targets: [other], intervalMs: 0 })
  await watched.prober.probe([7])
  const before = watched.findings.filter(({ slot }) => slot === 0).length
  await watched.prober.probe([7])
  expect(watched.findings.filter(({ slot }) => slot === 0)).toHaveLength(before)
})

test('asking for a target that is in flight joins its probe instead of sending another', async () => {
  await using watched = await http(700)
  watched.prober.follow({ targets: targetsOf([hanging]), intervalMs: 0 })
  const before = responders.requests.get(hanging)?.length ?? 0
  await Promise.all([watched.prober.probe([0]), watched.prober.probe([0])])
  expect(responders.requests.get(hanging)).toHaveLength(before + 1)
  expect(watched.findings.filter(({ kind }) => kind === 'http')).toHaveLength(1)
})

test('asking for nobody, or for whom no one knows, is done at once', async () => {
  await using watched = await http()
  await watched.prober.probe([])
  await watched.prober.probe([12345])
})

test('no probe outlives its timeout', async () => {
  await using watched = await http(300)
  const beganMs = performance.now()
  await watched.probeOnce([hanging])
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(299)
  expect(watched.outcome(0, 'http')).toMatchObject({ kind: 'failure', reason: 'timeout' })
})

test('closing ends at once with probes in flight, and rejects who waits for them', async () => {
  const watched = await http(10_000)
  watched.prober.follow({ targets: targetsOf([hanging]), intervalMs: 0 })
  const waiting = watched.prober.probe([0])
  const refused = expect(waiting).rejects.toThrow('closed')
  await watched.prober.probe([]) // the order has arrived
  const beganMs = performance.now()
  await watched.prober.close()
  expect(performance.now() - beganMs).toBeLessThan(1000)
  await refused
  await expect(watched.prober.probe([0])).rejects.toThrow('closed')
  await watched.prober.close() // twice is fine
  expect(watched.failures).toEqual([])
})

test('the state comes about once a second', async () => {
  await using watched = await http()
  await expect.poll(() => watched.states.length, { timeout: 10_000 }).toBeGreaterThan(2)
  expect(watched.states.at(-1)).toMatchObject({ drops: 0, inFlight: 0, timeoutMs: 5000 })
})

test('a prober that cannot open fails with its reason', async () => {
  const broken = { httpPort: 1, timeoutMs: 1, maxProbesPerSecond: 1, icmp: 'none', http: 'off' }
  const events = { findings: () => {}, state: () => {}, failed: () => {} }
  await expect(openProber(broken as never)(events)).rejects.toThrow()
})
