import { expect, onTestFinished, test } from 'vitest'
import { createAttachment } from '../../src/core/api/attach.ts'
import { createHealthClient } from '../../src/core/api/client.ts'
import type { Access } from '../../src/core/api/dial/index.ts'
import type { TcpListening } from '../../src/core/api/listen-tcp.ts'
import { createHealthServer } from '../../src/core/api/server.ts'
import { systemClock } from '../../src/core/clock.ts'
import { UserError } from '../../src/core/errors.ts'
import { fakeSource, reply, temporary, until } from '../core/api/fake-source.ts'
import { ask, parsedAnswer, raw } from '../core/api/raw-http.ts'
import { createAuthority, hasOpenssl } from '../support/certificates.ts'
import { listOf, node } from '../support/nodes.ts'

const list = listOf(node('a', '192.0.2.1'), node('b', '192.0.2.2'))
const token = 'a-token-of-some-length'

async function serving(where: Partial<TcpListening> = {}) {
  const source = fakeSource(list)
  source.recordAll(reply(1e12))
  const server = createHealthServer({ source, healthz: async () => ({ kind: 'ok', body: {} }) })
  onTestFinished(() => server.close())
  const uri = await server.listen({ tcp: { address: '127.0.0.1', port: 0 }, ...where })
  return { uri, source, server, to: { host: '127.0.0.1', port: Number(uri.split(':').at(-1)) } }
}

const statusAt = (host: string, access?: Access) => createHealthClient({ host, access }).getStatus()

async function feedAt(target: string, access?: Access) {
  const attachment = createAttachment({ target, access, clock: systemClock, historyLength: 5 })
  onTestFinished(() => attachment.close())
  await until(() => attachment.snapshot().feed.kind !== 'starting', 'a first word')
  return { attachment, feed: attachment.snapshot().feed }
}

test('a daemon is read, and followed live, on TCP', async () => {
  const { uri, source } = await serving()
  expect(uri).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
  expect((await statusAt(uri)).response.nodes?.length).toBe(2)
  const { attachment, feed } = await feedAt(uri)
  expect(feed.kind).toBe('live')
  source.recordAll(reply(1e12 + 1000))
  await until(() => attachment.snapshot().nodes[0]?.paths[0]?.probes.icmp.history.length === 2)
})

test('it only tells, unless it may probe on order', async () => {
  const quiet = await serving()
  await expect(createHealthClient({ host: quiet.uri }).putProbe()).rejects.toThrow(
    'putStatusProbeForbidden: This daemon only tells here, and does not probe on order',
  )
  const { attachment } = await feedAt(quiet.uri)
  expect(await attachment.probe({ signal: AbortSignal.timeout(5000) })).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('start it with --allow-probe'),
  })
  expect(quiet.source.orders).toEqual([])
  const willing = await serving({ allowProbe: true })
  await createHealthClient({ host: willing.uri }).putProbe()
  expect(willing.source.orders).toHaveLength(1)
})

test('who has not the token gets nothing, on any path', async () => {
  const { uri, to } = await serving({ token, allowProbe: true })
  expect((await statusAt(uri, { token })).response.nodes?.length).toBe(2)
  expect((await feedAt(uri, { token })).feed.kind).toBe('live')
  const calls = [
    ['GET', '/v1beta/status'],
    ['GET', '/v1beta/healthz'],
    ['GET', '/v1beta/hello'],
    ['GET', '/v1beta/stream'],
    ['PUT', '/v1beta/status/probe'],
  ] as const
  for (const [method, path] of calls) {
    expect(await ask(to, method, path)).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
      body: 'This daemon wants a token: give one with --token-file.\n',
    })
  }
  await expect(statusAt(uri)).rejects.toThrow('status 401): {}: This daemon wants a token')
  const { feed } = await feedAt(uri, { token: `${token}x` })
  expect(feed).toMatchObject({
    kind: 'lost',
    reason: 'GET /v1beta/status answered 401: This daemon does not know this token.',
  })
})

test('a page that a stranger lures a browser to reads nothing on loopback', async () => {
  const { to } = await serving()
  const request = 'GET /v1beta/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'
  expect(parsedAnswer(await raw(to, request))).toMatchObject({
    status: 403,
    body: 'This daemon answers to its address only, not to other names.\n',
  })
})

test.each<[string, Partial<TcpListening>, string]>([
  ['another address', { tcp: { address: '0.0.0.0', port: 0 } }, 'can be reached from other'],
  ['another v6 address', { tcp: { address: '::', port: 0 } }, 'can be reached from other'],
  [
    'the world without a token',
    { tcp: { address: '0.0.0.0', port: 0 }, allowRemote: true },
    'Everybody who reaches 0.0.0.0 could read',
  ],
  ['a name', { tcp: { address: 'example.org', port: 0 } }, 'is no IP address'],
  ['a short token', { token: 'short' }, 'The token is too short'],
  ['a key that is none', { tls: { key: 'x', cert: 'y' } }, 'do not fit'],
])('%s is refused at the start', async (_, where, message) => {
  const starting = serving(where)
  await expect(starting).rejects.toThrow(UserError)
  await expect(starting).rejects.toThrow(message)
})

test('a port that is taken is told', async () => {
  const { to } = await serving()
  await expect(serving({ tcp: { address: '127.0.0.1', port: to.port } })).rejects.toThrow(
    `Cannot listen on 127.0.0.1 port ${to.port}: EADDRINUSE`,
  )
})

test('with a token it may be open to other machines', async () => {
  const { uri } = await serving({ tcp: { address: '0.0.0.0', port: 0 }, allowRemote: true, token })
  const local = uri.replace('0.0.0.0', '127.0.0.1')
  expect((await statusAt(local, { token })).response.nodes?.length).toBe(2)
})

test('a daemon that is ended is not taken for one that speaks TLS', async () => {
  const { uri, server } = await serving()
  const { attachment } = await feedAt(uri)
  await server.close()
  await until(() => attachment.snapshot().feed.kind === 'lost')
  expect(JSON.stringify(attachment.snapshot().feed)).not.toContain('TLS')
})

const tlsTest = test.skipIf(!hasOpenssl)
const needs = hasOpenssl ? '' : ' (skipped: needs openssl)'

tlsTest(
  `TLS: the daemon is read by who knows its CA, and every other mistake is told${needs}`,
  async () => {
    const { ca, issue } = createAuthority(temporary())
    const { uri } = await serving({ tls: issue('daemon') })
    expect(uri).toMatch(/^tcps:/)
    expect((await statusAt(uri, { tls: { ca } })).response.nodes?.length).toBe(2)
    expect((await feedAt(uri, { tls: { ca } })).feed.kind).toBe('live')
    const asTcp = uri.replace('tcps:', 'tcp:')
    expect((await feedAt(asTcp, { tls: { ca } })).feed.kind).toBe('live')
    await expect(statusAt(uri)).rejects.toThrow('is signed by nobody who is trusted here')
    const other = createAuthority(temporary(), 'other')
    await expect(statusAt(uri, { tls: { ca: other.ca } })).rejects.toThrow('trusted here')
    expect((await feedAt(uri)).feed).toMatchObject({ reason: expect.stringContaining('--tls-ca') })
    await expect(statusAt(asTcp)).rejects.toThrow('EOF: perhaps the daemon speaks TLS there')
    expect((await feedAt(asTcp)).feed).toMatchObject({ reason: expect.stringContaining('tcps://') })
    const plain = await serving()
    await expect(statusAt(plain.uri.replace('tcp:', 'tcps:'))).rejects.toThrow(
      'speaks no TLS there',
    )
  },
)

tlsTest(`TLS: a certificate for another name is not taken${needs}`, async () => {
  const { ca, issue } = createAuthority(temporary())
  const { uri } = await serving({ tls: issue('daemon', 'DNS:other.example') })
  await expect(statusAt(uri, { tls: { ca } })).rejects.toThrow('for other names than 127.0.0.1')
})

tlsTest(`TLS: with a CA of clients only their certificates open${needs}`, async () => {
  const { ca, issue } = createAuthority(temporary())
  const clients = createAuthority(temporary(), 'clients')
  const { uri } = await serving({
    tcp: { address: '0.0.0.0', port: 0 },
    allowRemote: true,
    tls: { ...issue('daemon'), clientCa: clients.ca },
  })
  const local = uri.replace('0.0.0.0', '127.0.0.1')
  expect(
    (await statusAt(local, { tls: { ca, ...clients.issue('me') } })).response.nodes?.length,
  ).toBe(2)
  await expect(statusAt(local, { tls: { ca } })).rejects.toThrow('wants a certificate of ours')
  await expect(statusAt(local, { tls: { ca, ...issue('stranger') } })).rejects.toThrow(
    'does not trust our certificate',
  )
})
