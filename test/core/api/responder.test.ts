import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { createResponder, type ResponderOptions } from '../../../src/core/api/responder.ts'
import { UserError } from '../../../src/core/errors.ts'
import { ask, raw } from './raw-http.ts'

async function responding(options: Partial<ResponderOptions> = {}) {
  const responder = await createResponder({ port: 0, addresses: ['127.0.0.1'], ...options })
  onTestFinished(() => responder.close())
  return { responder, to: { port: responder.port, host: '127.0.0.1' } }
}

test('/hello is answered to any method, with or without a query, as is the path of 1.5', async () => {
  const { to } = await responding()
  for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
    const answer = await ask(to, method, '/hello')
    expect(answer).toMatchObject({ status: 200, body: '', headers: { 'content-length': '0' } })
    expect(answer.headers['content-type']).toBeUndefined()
  }
  expect((await ask(to, 'GET', '/hello?a=b')).status).toBe(200)
  expect((await ask(to, 'GET', '/v1beta/hello')).status).toBe(200)
})

test('anything else is 404, empty', async () => {
  const { to } = await responding()
  for (const path of ['/', '/hello/', '/v1beta/status', '/hell', '*']) {
    expect(await ask(to, 'GET', path)).toMatchObject({ status: 404, body: '' })
  }
})

test('a connection stays for the next question, until one asks to close it', async () => {
  const { to } = await responding()
  const question = 'GET /hello HTTP/1.1\r\nHost: x\r\n'
  const heard = await raw(to, `${question}\r\n${question}\r\n${question}Connection: close\r\n\r\n`)
  expect(heard.match(/^HTTP\/1\.1 200 OK/gm)).toHaveLength(3)
})

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some(address => address?.address === '::1')

test.skipIf(!hasIpv6)('it listens on both families (needs ::1 on this machine)', async () => {
  const responder = await createResponder({ port: 0 })
  onTestFinished(() => responder.close())
  for (const host of ['127.0.0.1', '::1']) {
    expect((await ask({ port: responder.port, host }, 'GET', '/hello')).status).toBe(200)
  }
})

test('given addresses are listened on alone, all on one port', async () => {
  const { responder } = await responding({ addresses: ['127.0.0.1', '127.0.0.2'] })
  for (const host of ['127.0.0.1', '127.0.0.2']) {
    expect((await ask({ port: responder.port, host }, 'GET', '/hello')).status).toBe(200)
  }
  await expect(ask({ port: responder.port, host: '127.0.0.3' }, 'GET', '/hello')).rejects.toThrow(
    'ECONNREFUSED',
  )
})

test('a port that is taken, or an address that is not ours, is told with a way out', async () => {
  const { responder } = await responding()
  const taken = createResponder({ port: responder.port, addresses: ['127.0.0.1'] })
  await expect(taken).rejects.toThrow(UserError)
  await expect(createResponder({ port: 0, addresses: ['192.0.2.1'] })).rejects.toThrow(
    'EADDRNOTAVAIL',
  )
})

test('garbage, endless headers and floods of silent clients do not keep it from answering', async () => {
  const { to } = await responding()
  expect(await raw(to, '\x16\x03\x01\x02\x00garbage\r\n\r\n')).toContain('400 Bad Request')
  expect(await raw(to, `GET /hello HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`)).toContain('431')
  const silent = Array.from({ length: 500 }, () => connect(to, () => {}))
  for (const socket of silent) socket.on('error', () => {})
  silent.slice(0, 250).map(socket => socket.write('GET /hello HTTP/1.1\r\nX-Slow: '))
  expect((await ask(to, 'GET', '/hello')).status).toBe(200)
  for (const socket of silent) socket.destroy()
})

test('a client that never ends its request is cut off', async () => {
  const { to } = await responding()
  expect(await raw(to, 'GET /hello HTTP/1.1\r\nX-Slow: ')).toContain('408 Request Timeout')
})

test('a request may name the host in its first line', async () => {
  const { to } = await responding()
  expect((await ask(to, 'GET', 'http://10.0.0.1:4240/hello')).status).toBe(200)
})

test('who asks on and on without reading is cut off', async () => {
  const { to } = await responding()
  const client = connect(to, () =>
    client.write('GET /hello HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000)),
  )
  client.on('error', () => {})
  client.resume()
  await new Promise(resolve => client.once('close', resolve))
  expect((await ask(to, 'GET', '/hello')).status).toBe(200)
})
