import { readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createAttachment } from '../../../src/core/api/attach.ts'
import { createHealthServer } from '../../../src/core/api/server.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { UserError } from '../../../src/core/errors.ts'
import type { HealthSource } from '../../../src/core/model/source.ts'
import { listOf, named, node } from '../../support/nodes.ts'
import { failure, fakeSource, reply, temporary, until } from './fake-source.ts'

const list = listOf(node('a', '192.0.2.1', '10.0.0.1'), node('b', '192.0.2.2', '10.0.0.2'))
const t0 = 1e12

function attached(path: string, options: { silenceMs?: number } = {}) {
  const attachment = createAttachment({
    target: `unix://${path}`,
    clock: systemClock,
    historyLength: 60,
    random: () => 0,
    ...options,
  })
  onTestFinished(() => attachment.close())
  return attachment
}

async function daemon(path: string, source = fakeSource(list)) {
  const server = createHealthServer({
    source,
    healthz: async () => ({ kind: 'ok', body: {} }),
  })
  let closed: Promise<void> | undefined
  const stop = () => {
    closed ??= server.close()
    return closed
  }
  onTestFinished(stop)
  await server.listen({ path })
  return { source, stop }
}

const feedOf = (source: HealthSource) => source.snapshot().feed.kind
const icmpOf = (source: HealthSource) => source.snapshot().nodes[0]?.paths[0]?.probes.icmp
const signal = () => AbortSignal.timeout(15_000)

test("our daemon's nodes, states and whole history are there at once; findings follow", async () => {
  const path = join(temporary(), 'health.sock')
  const { source } = await daemon(path)
  for (let round = 0; round < 30; round += 1) source.recordAll(reply(t0 + round * 1000, round + 1))
  const attachment = attached(path)
  expect(attachment.snapshot()).toMatchObject({
    feed: { kind: 'starting' },
    origin: { kind: 'daemon', label: `unix://${path}` },
  })
  let notices = 0
  attachment.subscribe(() => {
    notices += 1
  })
  await until(() => icmpOf(attachment)?.history.length === 30, 'the history')
  expect(attachment.snapshot()).toMatchObject({ self: 'a', intervalMs: 2000 })
  expect(feedOf(attachment)).toBe('live')
  source.recordAll(failure(t0 + 30_000, 'refused'))
  await until(() => attachment.snapshot().nodes.every(({ verdict }) => verdict === 'unreachable'))
  expect(icmpOf(attachment)?.history.length).toBe(31)
  expect(notices).toBeGreaterThan(0)
})

test('while the daemon is gone its data stay, and when it is back they go on', async () => {
  const path = join(temporary(), 'health.sock')
  const first = await daemon(path)
  first.source.recordAll(reply(t0, 7))
  const attachment = attached(path)
  await until(() => icmpOf(attachment)?.history.length === 1)
  await first.stop()
  await until(() => feedOf(attachment) === 'lost', 'the loss')
  await until(() => {
    const { feed } = attachment.snapshot()
    return feed.kind === 'lost' && feed.reason.endsWith('no such file or directory')
  }, 'the reason')
  const { feed } = attachment.snapshot()
  expect(feed.kind === 'lost' && (feed.retryAtMs ?? 0) >= feed.sinceMs).toBe(true)
  expect(attachment.snapshot().nodes.map(({ verdict }) => verdict)).toEqual([
    'reachable',
    'reachable',
  ])
  const second = await daemon(path)
  second.source.recordAll(reply(t0 + 5000, 9))
  await until(() => feedOf(attachment) === 'live', 'the return')
  await until(() => icmpOf(attachment)?.history.length === 2, 'the new finding')
})

test('a stream that falls silent is a loss', async () => {
  const path = join(temporary(), 'health.sock')
  const server = createServer((_, response) => {
    response.writeHead(200)
    response.write('{"kind":"hello","protocol":1}\n')
    response.write('{"kind":"nodes","nodes":[["a",["host","primary","192.0.2.1"]]]}\n')
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  const attachment = attached(path, { silenceMs: 200 })
  await until(() => feedOf(attachment) === 'lost')
  expect(attachment.snapshot()).toMatchObject({
    feed: { reason: 'nothing heard for 0.2 s' },
    nodes: [{ name: 'a' }],
  })
})

test('an order to a daemon that hangs ends as soon as the daemon is lost', async () => {
  const path = join(temporary(), 'health.sock')
  const server = createServer(() => {})
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  const attachment = attached(path, { silenceMs: 200 })
  expect(await attachment.probe({ signal: signal() })).toEqual({
    kind: 'refused',
    reason: 'nothing heard for 0.2 s',
  })
  expect(feedOf(attachment)).toBe('lost')
})

test('an order to a daemon that just began is done when its nodes are here, too', async () => {
  const path = join(temporary(), 'health.sock')
  const { source } = await daemon(path, fakeSource())
  source.answer = async () => {
    source.store.setNodes(list)
    source.store.setFeed({ kind: 'live' })
    source.recordAll(reply(t0))
    return { kind: 'probed', paths: 4 }
  }
  const attachment = attached(path)
  await attachment.probe({ signal: signal() })
  expect(attachment.snapshot()).toMatchObject({ feed: { kind: 'live' } })
  expect(icmpOf(attachment)?.last).toMatchObject({ kind: 'reply' })
})

test('an order to probe reaches our daemon, and is done when its results are here', async () => {
  const path = join(temporary(), 'health.sock')
  const { source } = await daemon(path)
  source.answer = async ({ nodes }) => {
    expect(nodes).toEqual(['b'])
    source.recordAll(reply(t0 + 1500, 42))
    return { kind: 'probed', paths: 2 }
  }
  const attachment = attached(path)
  await until(() => feedOf(attachment) === 'live')
  const answer = await attachment.probe({ nodes: [named('b')], signal: signal() })
  expect(answer).toEqual({ kind: 'probed', paths: 2 })
  expect(icmpOf(attachment)?.last).toMatchObject({ rttNs: 42 })
  source.answer = async () => ({ kind: 'refused', reason: 'not now' })
  expect(await attachment.probe({ signal: signal() })).toEqual({
    kind: 'refused',
    reason: 'PUT /v1beta/status/probe answered 500: not now',
  })
})

test('an order ends when it is aborted, and when the attachment closes', async () => {
  const path = join(temporary(), 'health.sock')
  const { source } = await daemon(path)
  source.answer = order =>
    new Promise((_, reject) => {
      order.signal.addEventListener('abort', () => reject(order.signal.reason))
    })
  const attachment = attached(path)
  await until(() => feedOf(attachment) === 'live')
  await expect(attachment.probe({ signal: AbortSignal.timeout(50) })).rejects.toThrow()
  const order = attachment.probe({ signal: signal() })
  const ended = expect(order).rejects.toThrow('closed')
  await attachment.close()
  await ended
})

/** A daemon of Cilium's: no stream; a body for each request. */
async function cilium(path: string, answer: RequestListener) {
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/v1beta/stream')) response.writeHead(404).end('{"code":404}')
    else answer(request, response)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
}

const status = (atMs: number, interval = '1s') => {
  const lastProbed = new Date(atMs).toISOString()
  const address = (ip: string) => ({
    'primary-address': {
      ip,
      icmp: { latency: 5, lastProbed },
      http: { status: 'Connection timed out', lastProbed },
    },
    'secondary-addresses': [],
  })
  const nodes = [
    { name: 'b', host: address('192.0.2.2') },
    { name: 'a', host: address('192.0.2.1') },
  ]
  return JSON.stringify({
    local: { name: 'a' },
    nodes: Math.random() < 0.5 ? nodes : nodes.toReversed(),
    probeInterval: interval,
    timestamp: lastProbed,
  })
}

test('a daemon of Cilium is polled, and a history grows of what is new', async () => {
  const path = join(temporary(), 'health.sock')
  let atMs = t0
  let polls = 0
  let inFlight = 0
  let worst = 0
  await cilium(path, (request, response) => {
    if (request.url === '/v1beta/healthz') {
      response.end('{"cilium":{"cilium":{"state":"Warning","msg":"not well"}}}')
      return
    }
    polls += 1
    inFlight += 1
    worst = Math.max(worst, inFlight)
    setTimeout(() => {
      inFlight -= 1
      response.end(status(atMs))
    }, 50)
  })
  const attachment = attached(path)
  await until(() => feedOf(attachment) === 'live')
  await until(() => polls >= 3)
  expect(icmpOf(attachment)?.history.length, 'what did not change is not new').toBe(1)
  atMs += 1000
  await until(() => icmpOf(attachment)?.history.length === 2)
  expect(worst, 'never two at a time').toBe(1)
  const snapshot = attachment.snapshot()
  expect(snapshot).toMatchObject({
    intervalMs: 1000,
    self: 'a',
    agent: { kind: 'failing', detail: 'not well' },
  })
  expect(snapshot.nodes.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['a', 'unreachable'],
    ['b', 'unreachable'],
  ])
})

test('what is polled can be asked for at once; what is streamed comes by itself', async () => {
  const path = join(temporary(), 'health.sock')
  let polls = 0
  await cilium(path, (request, response) => {
    if (request.url === '/v1beta/status') polls += 1
    response.end(status(t0, '1m0s'))
  })
  const attachment = attached(path)
  // By itself it would ask every five seconds.
  for (let times = 1; times <= 5; times += 1) {
    await until(() => polls >= times && feedOf(attachment) === 'live')
    await until(() => attachment.refetch?.() === true && polls > times)
  }
  const own = join(temporary(), 'own.sock')
  await daemon(own)
  const streamed = attached(own)
  await until(() => feedOf(streamed) === 'live')
  expect(streamed.refetch?.()).toBe(false)
})

test('an order to a daemon of Cilium tells whether it probed, or answered from its cache', async () => {
  const path = join(temporary(), 'health.sock')
  let atMs = t0
  let probes = (response: Parameters<RequestListener>[1]) => response.end(status(atMs, '1m0s'))
  await cilium(path, (request, response) => {
    if (request.method === 'PUT') probes(response)
    else if (request.url === '/v1beta/healthz') response.writeHead(500).end('"no agent"\n')
    else response.end(status(atMs, '1m0s'))
  })
  const attachment = attached(path)
  await until(() => feedOf(attachment) === 'live')
  expect(attachment.snapshot().agent).toEqual({
    kind: 'failing',
    detail: 'GET /v1beta/healthz answered 500: no agent',
  })
  const order = () => attachment.probe({ signal: signal() })
  expect(await order()).toEqual({ kind: 'cached' })
  atMs += 1000
  expect(await order()).toEqual({ kind: 'probed', paths: 2 })
  expect(icmpOf(attachment)?.history.length).toBe(2)
  probes = response => response.writeHead(403).end('This API is administratively disabled.')
  expect(await order()).toEqual({
    kind: 'refused',
    reason:
      'not permitted: its API has write access off ' +
      '(PUT /v1beta/status/probe answered 403: This API is administratively disabled.)',
  })
})

test('recorded answers of both generations are understood', async () => {
  for (const name of ['three-mixed', 'v150-shaped']) {
    const path = join(temporary(), 'health.sock')
    const body = readFileSync(`test/fixtures/wire/status-${name}.json`)
    await cilium(path, (request, response) =>
      request.url === '/v1beta/status' ? response.end(body) : response.writeHead(404).end(),
    )
    const attachment = attached(path)
    await until(() => feedOf(attachment) === 'live')
    expect(attachment.snapshot().agent).toEqual({ kind: 'absent' })
    expect(attachment.snapshot().nodes.map(({ name: node, verdict }) => [node, verdict])).toEqual([
      ['kind-control-plane', 'reachable'],
      ['kind-worker', 'reachable'],
      ['kind-worker2', 'unreachable'],
    ])
  }
})

test('an order that is refused ends when something is known all the same', async () => {
  const path = join(temporary(), 'health.sock')
  const { source } = await daemon(path)
  source.recordAll(reply(t0))
  source.answer = async () => ({ kind: 'refused', reason: 'not now' })
  const attachment = attached(path)
  expect(await attachment.probe({ signal: signal() })).toMatchObject({ kind: 'refused' })
  expect(attachment.snapshot()).toMatchObject({
    feed: { kind: 'live' },
    nodes: [{ verdict: 'reachable' }, { verdict: 'reachable' }],
  })
})

test('nonsense from a daemon is a loss with a reason', async () => {
  const path = join(temporary(), 'health.sock')
  await cilium(path, (_, response) => response.end('<html>'))
  const attachment = attached(path)
  await until(() => feedOf(attachment) === 'lost')
  expect(attachment.snapshot().feed).toMatchObject({ reason: 'the answer is no JSON' })
})

test('an attachment to nowhere starts, says so, and ends', async () => {
  const path = join(temporary(), 'none.sock')
  rmSync(path, { force: true })
  const attachment = attached(path)
  await until(() => feedOf(attachment) === 'lost')
  expect(attachment.snapshot().feed).toMatchObject({
    reason: `dial unix ${path}: connect: no such file or directory`,
  })
  const order = await attachment.probe({ signal: signal() })
  expect(order.kind).toBe('refused')
  await attachment.close()
  expect(() => createAttachment({ target: 'foo', clock: systemClock, historyLength: 1 })).toThrow(
    UserError,
  )
})
