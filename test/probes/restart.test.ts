import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Worker } from 'node:worker_threads'
import koffi from 'koffi'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { createEngine } from '../../src/core/engine/engine.ts'
import { createStore } from '../../src/core/engine/store.ts'
import { describeAbilities, openProber } from '../../src/probes/index.ts'
import { openResponders } from '../support/loopback.ts'
import { listOf, node, scriptedNodes } from '../support/nodes.ts'
import { targetsOf, watchProber } from '../support/prober.ts'

const poison = { targets: null as never, intervalMs: 0 }

test.concurrent('after a crash a new thread takes the plan and the open questions over', async ({
  expect,
}) => {
  const responders = await openResponders({ '127.43.0.1': 'healthy' })
  await using watched = await watchProber({ httpPort: responders.port, icmp: 'off' })
  watched.prober.follow(poison)
  watched.prober.follow({ targets: targetsOf(['127.43.0.1']), intervalMs: 0 })
  await watched.prober.probe([0])
  expect(watched.outcome(0, 'http')).toMatchObject({ kind: 'reply' })
  expect(watched.interruptions).toEqual([])
  await responders.close()
})

test.concurrent('a second crash right after the first refuses who waits, and probing goes on soon', async ({
  expect,
}) => {
  const responders = await openResponders({ '127.43.0.3': 'healthy' })
  await using watched = await watchProber({ httpPort: responders.port, icmp: 'off' })
  watched.prober.follow(poison) // the new thread gets it again
  await expect(watched.prober.probe([0])).rejects.toThrow('the probe thread is lost')
  expect(watched.interruptions).toHaveLength(1)
  await expect(watched.prober.probe([0])).rejects.toThrow('interrupted')
  watched.prober.follow({ targets: targetsOf(['127.43.0.3']), intervalMs: 100 })
  const told = () => watched.outcome(0, 'http')
  await expect.poll(told, { timeout: 20_000 }).toMatchObject({ kind: 'reply' })
  expect(watched.states.at(-1)).toMatchObject({
    restarts: 2,
    restartReason: expect.stringContaining('at '),
  })
  await responders.close()
})

const settings = {
  timeoutMs: 1000,
  maxProbesPerSecond: 1000,
  icmp: 'auto',
  icmpCount: 3,
  http: 'auto',
} as const
const intervalMs = 200

/** An engine with a real prober that probes one healthy address each 200 ms. */
async function startEngine() {
  const responders = await openResponders({ '127.43.0.2': 'healthy' })
  const origin = { kind: 'engine', label: 'test' } as const
  const store = createStore({ clock: systemClock, origin, historyLength: 1000 })
  const threads: Worker[] = []
  process.on('worker', thread => threads.push(thread))
  const engine = createEngine({
    store,
    nodes: scriptedNodes(listOf(node('a', '127.43.0.2'))),
    openProber: openProber({ ...settings, httpPort: responders.port }),
    clock: systemClock,
    intervalMs: () => intervalMs,
    listGraceMs: 60_000,
  })
  onTestFinished(async () => {
    process.removeAllListeners('worker')
    await engine.close()
    await responders.close()
  })
  const http = () => engine.snapshot().nodes[0]?.paths[0]?.probes.http
  const longestPauseMs = () => {
    const history = http()?.history
    const times = Array.from({ length: history?.length ?? 0 }, (_, at) => history?.atMs(at) ?? 0)
    return Math.max(...times.slice(1).map((atMs, at) => atMs - (times[at] ?? 0)))
  }
  await expect.poll(() => http()?.history.length ?? 0).toBeGreaterThan(2)
  return { engine, threads, http, longestPauseMs }
}

test('a probe thread that is killed is replaced, and the snapshot says so', async () => {
  const { engine, threads, http, longestPauseMs } = await startEngine()
  expect(engine.snapshot().prober).not.toHaveProperty('restarts')
  const killedMs = Date.now()
  await threads[0]?.terminate()
  const before = http()?.history.total ?? 0
  await expect.poll(() => http()?.history.total, { timeout: 10_000 }).toBeGreaterThan(before + 2)
  const { feed, prober } = engine.snapshot()
  expect(feed.kind).toBe('live')
  expect(prober).toMatchObject({ restarts: 1 })
  expect(prober?.restartedAtMs).toBeGreaterThanOrEqual(killedMs)
  expect(http()?.verdict).toBe('reachable')
  // At most one round is lost: then the new thread is there, however slowly it starts here.
  expect(longestPauseMs()).toBeLessThan(settings.timeoutMs + 5000)
  expect(threads).toHaveLength(2)
})

/** The sockets of this process: the responders' end of a connection among them. */
const openSockets = (): number =>
  readdirSync('/proc/self/fd').filter(fd => /^socket:|eventpoll/.test(linkOf(fd))).length

test('threads that are killed leave no socket open, whatever is in flight', async () => {
  const responders = await openResponders({ '127.43.0.4': 'hanging' })
  const threads: Worker[] = []
  process.on('worker', thread => threads.push(thread))
  const { port } = responders
  await using watched = await watchProber({ ...settings, httpPort: port, timeoutMs: 20_000 })
  watched.prober.follow({
    targets: targetsOf(Array<string>(50).fill('127.43.0.4')),
    intervalMs: 60_000,
  })
  const inFlight = () => watched.states.at(-1)?.inFlight
  await expect.poll(inFlight, { timeout: 10_000 }).toBe(50)
  const before = openSockets()
  for (const lost of [1, 2]) {
    await threads.at(-1)?.terminate()
    await expect
      .poll(() => watched.states.at(-1), { timeout: 20_000 })
      .toMatchObject({ restarts: lost, inFlight: 50 })
    await expect.poll(openSockets, { timeout: 10_000 }).toBeLessThanOrEqual(before)
  }
  process.removeAllListeners('worker')
  await responders.close()
})

const icmp = (await describeAbilities({ ...settings, httpPort: 1 })).icmp4
const mayPing = icmp.kind === 'ready' && icmp.method.endsWith('socket')

/** Closes the IPv4 sockets of this process through which pings go. */
function closePingSockets(): void {
  const close = koffi.load(null).func('close', 'int', ['int'])
  const tables = ['icmp', 'raw'].map(name => readFileSync(`/proc/self/net/${name}`, 'utf8'))
  for (const fd of readdirSync('/proc/self/fd')) {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOf(fd)) ?? []
    if (inode && tables.some(table => table.includes(` ${inode} `))) close(Number(fd))
  }
}

const linkOf = (fd: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return '' // the one that listed them
  }
}

const closed = 'a ping socket that is closed under the prober is replaced, with its thread'
test.skipIf(!mayPing)(`${closed} (skipped where none may be opened)`, async () => {
  const { engine, http } = await startEngine()
  closePingSockets()
  await expect.poll(() => engine.snapshot().prober?.restarts, { timeout: 10_000 }).toBe(1)
  const before = http()?.history.total ?? 0
  await expect.poll(() => http()?.history.total, { timeout: 10_000 }).toBeGreaterThan(before + 2)
  expect(http()?.verdict).toBe('reachable')
})
