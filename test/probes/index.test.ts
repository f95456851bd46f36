import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, test as each } from 'vitest'
import { openProber } from '../../src/probes/index.ts'
import { openResponders, type Responders } from '../support/loopback.ts'
import { targetsOf, watchProber } from '../support/prober.ts'

// They wait more than they work.
const test = each.concurrent

let responders: Responders
beforeAll(async () => {
  responders = await openResponders({
    '127.42.0.1': 'healthy',
    '127.42.0.2': 'hanging',
    '127.42.0.3': 'hanging',
    '127.42.0.4': 'hanging',
    '127.42.0.5': 'late',
  })
})
afterAll(() => responders.close())

const healthy = '127.42.0.1'
const hanging = '127.42.0.2'
const counted = '127.42.0.3'
const stopped = '127.42.0.4'
const slow = '127.42.0.5'
const http = (timeoutMs = 5000) =>
  watchProber({ httpPort: responders.port, timeoutMs, icmp: 'off' })

test('targets of a plan are probed at once, then again each interval', async ({ expect }) => {
  await using watched = await http()
  watched.prober.follow({ targets: targetsOf([healthy]), intervalMs: 200 })
  const replies = () => watched.findings.filter(({ outcome }) => outcome.kind === 'reply').length
  await expect.poll(replies, { timeout: 10_000 }).toBeGreaterThan(3)
})

test('a target that left the plan is probed no more', async ({ expect }) => {
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

test('asking for a target that is in flight joins its probe instead of sending another', async ({
  expect,
}) => {
  await using watched = await http(700)
  watched.prober.follow({ targets: targetsOf([counted]), intervalMs: 0 })
  const before = responders.requests.get(counted)?.length ?? 0
  await Promise.all([watched.prober.probe([0]), watched.prober.probe([0])])
  expect(responders.requests.get(counted)).toHaveLength(before + 1)
  expect(watched.findings.filter(({ kind }) => kind === 'http')).toHaveLength(1)
})

test('asking for nobody, or for whom no one knows, is done at once', async () => {
  await using watched = await http()
  await watched.prober.probe([])
  await watched.prober.probe([12345])
})

test('no probe outlives its timeout', async ({ expect }) => {
  await using watched = await http(300)
  const beganMs = performance.now()
  await watched.probeOnce([hanging])
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(299)
  expect(watched.outcome(0, 'http')).toMatchObject({ kind: 'failure', reason: 'timeout' })
})

test('closing ends at once with probes in flight, and rejects who waits for them', async ({
  expect,
}) => {
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
  expect(watched.interruptions).toEqual([])
})

test('the state comes about once a second', async ({ expect }) => {
  await using watched = await http()
  await expect.poll(() => watched.states.length, { timeout: 10_000 }).toBeGreaterThan(2)
  const state = watched.states.at(-1)
  expect(state).toMatchObject({ drops: 0, inFlight: 0, timeoutMs: 5000, queueLength: 0 })
  expect(state?.cpuShare).toBeGreaterThan(0)
  expect(state?.rssBytes).toBeGreaterThan(20e6)
  expect(state?.mainLagMs).toBeGreaterThanOrEqual(0)
})

test('who waited for probes finds them in the state, with the bytes that they took', async ({
  expect,
}) => {
  await using watched = await http()
  await sleep(150)
  await watched.probeOnce([healthy])
  expect(watched.states.length).toBeGreaterThan(1)
  const { probesPerSecond = 0, bytesPerSecond = 0 } = watched.states.at(-1) ?? {}
  expect(probesPerSecond).toBeGreaterThan(0)
  expect(bytesPerSecond / probesPerSecond).toBeGreaterThan(250)
  expect(bytesPerSecond / probesPerSecond).toBeLessThan(500)
})

test('a prober that cannot open fails with its reason', async ({ expect }) => {
  const broken = { httpPort: 1, timeoutMs: 1, maxProbesPerSecond: 1, icmp: 'none', http: 'off' }
  const events = { findings: () => {}, state: () => {}, interrupted: () => {}, resumed: () => {} }
  await expect(openProber(broken as never)(events)).rejects.toThrow()
})

const program = fileURLToPath(new URL('./probe-once.ts', import.meta.url))

/** Probes an address over HTTP in a process of its own, which is stopped for a while as soon as it asks. */
async function probeHeldUp(ip: string, timeoutMs: number, forMs: number) {
  const settings = { httpPort: responders.port, timeoutMs, icmp: 'off' }
  const args = [program, JSON.stringify(settings), ip]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const told = child.stdout.toArray()
  while (responders.requests.get(ip) === undefined) await sleep(5)
  child.kill('SIGSTOP')
  await sleep(forMs)
  child.kill('SIGCONT')
  const { outcomes, lateTicks } = JSON.parse(Buffer.concat(await told).toString())
  if (child.exitCode === null) await once(child, 'exit')
  return { outcome: outcomes[ip].http, lateTicks }
}

test('a silence during which the prober itself was held up is told as its own fault', async ({
  expect,
}) => {
  const { outcome } = await probeHeldUp(stopped, 2000, 1500) // more than half the timeout
  expect(outcome).toMatchObject({ kind: 'failure', reason: 'no-resources', inDoubt: true })
})

test('a reply that came while the prober was late is in doubt, and late ticks are counted', async ({
  expect,
}) => {
  const { outcome, lateTicks } = await probeHeldUp(slow, 10_000, 1000)
  expect(outcome).toMatchObject({ kind: 'reply', inDoubt: true })
  expect(lateTicks).toBeGreaterThan(0)
})
