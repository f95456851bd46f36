import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Operation } from '../../../src/core/api/operations.ts'
import { createHealthServer, type HealthServerOptions } from '../../../src/core/api/server.ts'
import { listOf, node } from '../../support/nodes.ts'
import { failure, fakeSource, reply, temporary, until } from './fake-source.ts'
import { ask, parsedAnswer, raw } from './raw-http.ts'

const list = listOf(node('a', '192.0.2.1', '10.0.0.1'), node('b', '192.0.2.2', '10.0.0.2'))

async function serving(
  options: Partial<HealthServerOptions> = {},
  serves?: ReadonlySet<Operation>,
  source = fakeSource(list),
) {
  const path = join(temporary(), 'health.sock')
  const server = createHealthServer({
    source,
    healthz: async () => ({ kind: 'ok', body: { uptime: '1s' } }),
    ...options,
  })
  onTestFinished(() => server.close())
  await server.listen({ path, ...(serves ? { serves } : {}) })
  return { server, source, to: { path } }
}

/** The answers that a real server gave, as they stood on the wire. */
const recorded = (body: string, file: string) => {
  const text = readFileSync(`test/fixtures/wire/${file}`, 'utf8')
  const start = text.lastIndexOf('HTTP/1.1', text.indexOf(body))
  const answer = parsedAnswer(text.slice(start, text.indexOf(body) + body.length))
  expect(answer.body).toBe(body)
  return answer
}

test.each([
  ['GET', '/v1beta/', '{"code":404,"message":"path /v1beta/ was not found"}'],
  ['GET', '/', '{"code":404,"message":"path / was not found"}'],
  ['POST', '/v1beta/status', '{"code":405,"message":"method POST is not allowed, but [GET] are"}'],
  [
    'GET',
    '/v1beta/status/probe',
    '{"code":405,"message":"method GET is not allowed, but [PUT] are"}',
  ],
])('%s %s is refused as Cilium does, byte for byte', async (method, path, body) => {
  const { to } = await serving()
  const answer = await ask(to, method, path)
  const real = recorded(body, 'server-1.19dev-errors.txt')
  expect(answer).toMatchObject({ status: real.status, body })
  for (const name of ['content-type', 'content-length', 'allow']) {
    expect(answer.headers[name]).toBe(real.headers[name])
  }
})

test('a query is no part of the path; a path comes back fit for HTML', async () => {
  const { to } = await serving()
  expect((await ask(to, 'GET', '/v1beta/nope?x=1')).body).toBe(
    '{"code":404,"message":"path /v1beta/nope was not found"}',
  )
  expect((await ask(to, 'GET', '/<a>&')).body).toBe(
    '{"code":404,"message":"path /\\u003ca\\u003e\\u0026 was not found"}',
  )
})

test('who accepts no JSON gets none', async () => {
  const { to } = await serving()
  const body =
    '{"code":406,"message":"unsupported media type requested, only [application/json] are available"}'
  const real = recorded(body, 'server-1.19dev-errors.txt')
  expect(await ask(to, 'GET', '/v1beta/status', 'Accept: text/plain\r\n')).toMatchObject({
    status: 406,
    body,
    headers: { 'content-length': real.headers['content-length'] },
  })
  expect(await ask(to, 'GET', '/v1beta/status', 'Accept: text/html, */*;q=0.1\r\n')).toMatchObject({
    status: 200,
  })
  const statusOf = async (headers: string) =>
    (await ask(to, 'GET', '/v1beta/status', headers)).status
  for (const range of ['', 'application/json;q=0', '*/*; q=0.000', 'garbage']) {
    expect(await statusOf(`Accept: ${range}\r\n`), range).toBe(406)
  }
  for (const range of ['*/*;q=0.01', 'APPLICATION/JSON', 'text/html;q=0, application/*']) {
    expect(await statusOf(`Accept: ${range}\r\n`), range).toBe(200)
  }
  expect(await statusOf('')).toBe(200)
})

test('an operation that is switched off answers 403, and with the status its stream', async () => {
  const { to } = await serving({ denied: new Set(['PutStatusProbe', 'GetStatus']) })
  const body = 'This API is administratively disabled. Contact your administrator for more details.'
  const real = recorded(body, 'server-1.19dev-errors.txt')
  for (const [method, path] of [
    ['PUT', '/v1beta/status/probe'],
    ['GET', '/v1beta/status'],
    ['GET', '/v1beta/stream'],
  ] as const) {
    const answer = await ask(to, method, path)
    expect(answer).toMatchObject({ status: 403, body })
    expect(answer.headers['content-type']).toBe(real.headers['content-type'])
    expect(answer.headers['content-length']).toBe(real.headers['content-length'])
  }
  expect((await ask(to, 'GET', '/v1beta/healthz')).status).toBe(200)
})

test('what is not served on a listener answers 501, as Cilium 1.5 on TCP', async () => {
  const { to } = await serving({}, new Set(['GetHello']))
  for (const name of ['ConnectivityGetStatus', 'GetHealthz']) {
    const body = `"operation ${name} has not yet been implemented"\n`
    const real = recorded(body, 'daemon-1.5.0-live.txt')
    const path = name === 'GetHealthz' ? '/v1beta/healthz' : '/v1beta/status'
    expect(await ask(to, 'GET', path)).toMatchObject({
      status: 501,
      body,
      headers: { 'content-length': real.headers['content-length'] },
    })
  }
  expect((await ask(to, 'GET', '/v1beta/stream')).status).toBe(501)
  const hello = await ask(to, 'GET', '/v1beta/hello')
  expect(hello).toMatchObject({ status: 200, body: '', headers: { 'content-length': '0' } })
  expect(hello.headers['content-type']).toBeUndefined()
})

test('healthz passes the agent on, and its failure as a JSON string', async () => {
  const { to } = await serving()
  expect((await ask(to, 'GET', '/v1beta/healthz')).body).toBe('{"uptime":"1s"}\n')
  const reason = 'missing socket: /run/agd.sock does not exist'
  const failing = await serving({ healthz: async () => ({ kind: 'failed', reason }) })
  expect(await ask(failing.to, 'GET', '/v1beta/healthz')).toMatchObject({
    status: 500,
    body: `"${reason}"\n`,
    headers: { 'content-type': 'application/json' },
  })
})

test('the request of a client of Cilium 1.5, whose Host is empty, is answered', async () => {
  const { to } = await serving()
  const heard = await raw(to, 'GET /v1beta/hello HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n')
  expect(parsedAnswer(heard).status).toBe(200)
})

test('the status follows the source', async () => {
  const { to, source } = await serving()
  expect(JSON.parse((await ask(to, 'GET', '/v1beta/status')).body).nodes).toHaveLength(2)
  source.recordAll(reply(Date.UTC(2026, 0, 8), 777))
  const { body, headers } = await ask(to, 'GET', '/v1beta/status')
  expect(body.match(/"latency":777/g)).toHaveLength(12)
  expect(body.endsWith('}\n')).toBe(true)
  expect(headers['content-type']).toBe('application/json')
})

test('a probe is ordered of the nodes asked for, and its results are the answer', async () => {
  const { to, source } = await serving()
  source.answer = async () => {
    source.recordAll(reply(Date.UTC(2026, 0, 8), 555))
    return { kind: 'probed', paths: 4 }
  }
  const all = await ask(to, 'PUT', '/v1beta/status/probe')
  expect(all.body).toContain('"latency":555')
  expect(source.orders[0]?.nodes).toBeUndefined()
  await ask(to, 'PUT', '/v1beta/status/probe?node=a&node=b')
  expect(source.orders[1]?.nodes).toEqual(['a', 'b'])
  expect(await ask(to, 'PUT', '/v1beta/status/probe?node=zz')).toMatchObject({
    status: 500,
    body: '"there is no node \\"zz\\""\n',
  })
  source.answer = async () => ({ kind: 'refused', reason: 'no permission' })
  expect((await ask(to, 'PUT', '/v1beta/status/probe')).body).toBe('"no permission"\n')
})

test('a probe that never ends is answered at the deadline, with what is known', async () => {
  const { to, source } = await serving({ patienceMs: 50 })
  source.answer = () => new Promise(() => {})
  source.recordAll(failure(Date.UTC(2026, 0, 8), 'timeout'))
  const answer = await ask(to, 'PUT', '/v1beta/status/probe')
  expect(answer.status).toBe(200)
  expect(answer.body).toContain('Connection timed out')
  expect(source.orders[0]?.signal.aborted).toBe(true)
})

test('a client that goes away takes its order with it', async () => {
  const { to, source } = await serving()
  source.answer = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  const client = connect(to, () =>
    client.write('PUT /v1beta/status/probe HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'),
  )
  await until(() => source.orders.length === 1)
  client.destroy()
  await until(() => source.orders[0]?.signal.aborted === true)
  expect((await ask(to, 'GET', '/v1beta/status')).status).toBe(200)
})

test('a bug behind an operation ends the daemon: the server has failed', async () => {
  const bug = new Error('a bug')
  const { server, to } = await serving({
    healthz: () => Promise.reject(bug),
  })
  expect(await raw(to, 'GET /v1beta/healthz HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('')
  expect(await server.failed).toBe(bug)
})

test('large headers are read, larger ones refused; bodies are ignored, floods of them cut', async () => {
  const { to } = await serving()
  const padding = (bytes: number) => `X-Padding: ${'x'.repeat(bytes)}\r\n`
  expect((await ask(to, 'GET', '/v1beta/hello', padding(20_000))).status).toBe(200)
  expect((await ask(to, 'GET', '/v1beta/hello', padding(64_000))).status).toBe(431)
  const body = 'x'.repeat(1000)
  const heard = await raw(
    to,
    `PUT /v1beta/status/probe HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n${body}`,
  )
  expect(parsedAnswer(heard).status).toBe(200)
  expect((await raw(to, 'utter nonsense\r\n\r\n')).startsWith('HTTP/1.1 400')).toBe(true)
  const flood = raw(
    to,
    `GET /v1beta/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n${'x'.repeat(4_000_000)}`,
  )
  await flood.catch(error => expect(['EPIPE', 'ECONNRESET']).toContain(error.code))
})

test('a thousand clients are served at once', async () => {
  const { to } = await serving()
  const answers = await Promise.all(
    Array.from({ length: 1000 }, () => ask(to, 'GET', '/v1beta/status')),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
})

test('the stream is cut off for a reader that takes nothing, having cost a few lines', async () => {
  const many = listOf(
    ...Array.from({ length: 3000 }, (_, index) =>
      node(
        `node-${index}`,
        `10.1.${index >> 8}.${index & 255}`,
        `10.2.${index >> 8}.${index & 255}`,
      ),
    ),
  )
  const source = fakeSource(many)
  for (let round = 0; round < 20; round += 1) source.recordAll(reply(1e12 + round * 1000, 123_456))
  const { to } = await serving({ drainMs: 300 }, undefined, source)
  const client: Socket = connect(to, () => {
    client.pause()
    client.write('GET /v1beta/stream?history=60 HTTP/1.1\r\nHost: x\r\n\r\n')
  })
  const closed = new Promise(resolve => client.once('close', resolve))
  await until(() => source.listeners === 1)
  await until(() => source.listeners === 0)
  // What had left before is read to its end, and then there is no more.
  let heard = 0
  client.on('data', chunk => {
    heard += chunk.length
  })
  client.on('error', () => {})
  client.resume()
  await closed
  expect(heard).toBeLessThan(4e6)
})

test('a path is looked up as Go cleans it, and told as it was asked', async () => {
  const { to } = await serving()
  for (const path of [
    '/v1beta/status/',
    '//v1beta/status',
    '/v1beta//status?x=1',
    '/v1beta/./status',
    '/v1beta/x/../status',
    'http://localhost/v1beta/status',
  ]) {
    expect((await ask(to, 'GET', path)).status, path).toBe(200)
  }
  for (const path of ['/v1beta/%73tatus', '/v1beta/status%2F', '/v1beta/STATUS', '/v1beta/no//']) {
    expect(await ask(to, 'GET', path)).toMatchObject({
      status: 404,
      body: `{"code":404,"message":"path ${path} was not found"}`,
    })
  }
})

test('line separators in names are escaped, as by Go; signs of HTML are not', async () => {
  const source = fakeSource(listOf(node('a\u2028<', '192.0.2.1', '10.0.0.1')))
  const { to } = await serving({}, undefined, source)
  source.recordAll(reply(Date.UTC(2026, 0, 8), 777))
  expect((await ask(to, 'GET', '/v1beta/status')).body).toContain('"name":"a\\u2028<"')
})

test('who asks on and on without reading is cut off, and costs a few answers only', async () => {
  const { to } = await serving()
  const question = 'GET /v1beta/status HTTP/1.1\r\nHost: x\r\n\r\n'
  const client = connect(to, () => client.write(question.repeat(5000)))
  client.on('error', () => {})
  let heard = ''
  client.on('data', chunk => {
    heard += chunk
  })
  await new Promise(resolve => client.once('close', resolve))
  expect(heard.split('HTTP/1.1 200').length - 1).toBeLessThanOrEqual(16)
  expect((await ask(to, 'GET', '/v1beta/status')).status).toBe(200)
})

test('a patient client may ask a hundred times on one connection', async () => {
  const { to } = await serving()
  const client = connect(to)
  const question = 'GET /v1beta/hello HTTP/1.1\r\nHost: x\r\n\r\n'
  for (let round = 0; round < 100; round += 1) {
    client.write(question)
    const [answer] = await once(client, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 200/)
  }
  client.destroy()
})
