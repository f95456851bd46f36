import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createHealthClient } from '../../../../src/core/api/client.ts'
import { byProxy } from '../../../../src/core/api/dial/http-proxy.ts'
import { openRoute } from '../../../../src/core/api/dial/index.ts'
import { createRemote } from '../../../../src/core/api/remote.ts'
import { UserError } from '../../../../src/core/errors.ts'

/** A proxy that answers itself, and keeps what it was asked. */
async function proxy() {
  const asked: string[] = []
  const server = createServer(({ method, url, headers }, response) => {
    asked.push(`${method} ${url} ${headers.host} ${headers['proxy-authorization'] ?? ''}`.trim())
    response.end('{"nodes":[]}')
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { asked, at: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('a daemon beyond a proxy is asked by its whole URL, once or again and again', async () => {
  const { asked, at } = await proxy()
  const access = { byProxy: byProxy({ HTTP_PROXY: `http://me:a%20%b@${at}` }) }
  const host = 'tcp://192.0.2.7:4240'
  const { response } = await createHealthClient({ host, access }).getStatus()
  expect(response).toEqual({ nodes: [] })
  const remote = createRemote(openRoute(host, access), { maxBodyBytes: 99, maxLineBytes: 99 })
  await remote.call('GET', '/v1beta/status', AbortSignal.timeout(5000))
  await remote.close()
  const login = Buffer.from('me:a %b').toString('base64')
  const line = `GET http://192.0.2.7:4240/v1beta/status 192.0.2.7:4240 Basic ${login}`
  expect(asked).toEqual([line, line])
})

test.each([
  [{ http_proxy: 'proxy:3128' }, 'tcp://192.0.2.7:4240', true],
  [{}, 'tcp://192.0.2.7:4240', false],
  [{ HTTPS_PROXY: 'proxy:3128' }, 'tcp://192.0.2.7:4240', false],
  [{ HTTP_PROXY: 'proxy:3128' }, 'tcps://192.0.2.7:4240', false],
  [{ HTTP_PROXY: 'proxy:3128' }, 'tcp://127.0.0.9:4240', false],
  [{ HTTP_PROXY: 'proxy:3128' }, 'tcp://[::1]:4240', false],
  [{ HTTP_PROXY: 'proxy:3128' }, 'tcp://localhost:4240', false],
  [{ HTTP_PROXY: 'proxy:3128', no_proxy: '*' }, 'tcp://192.0.2.7:4240', false],
  [{ HTTP_PROXY: 'proxy:3128', NO_PROXY: 'x, 192.0.2.7' }, 'tcp://192.0.2.7:4240', false],
  [{ HTTP_PROXY: 'proxy:3128', NO_PROXY: '192.0.2.7:80' }, 'tcp://192.0.2.7:4240', true],
  [{ HTTP_PROXY: 'proxy:3128', NO_PROXY: '192.0.2.0/28' }, 'tcp://192.0.2.7:4240', false],
  [{ HTTP_PROXY: 'proxy:3128', NO_PROXY: '192.0.2.0/30' }, 'tcp://192.0.2.7:4240', true],
  [{ HTTP_PROXY: 'proxy:3128', NO_PROXY: '[2001:db8::1]:1' }, 'tcp://[2001:db8::1]:1', false],
  [{ HTTP_PROXY: 'proxy:3128', NO_PROXY: 'Example.org' }, 'tcp://a.example.org:1', false],
  [{ HTTP_PROXY: 'proxy:3128', NO_PROXY: 'example.org' }, 'tcp://example.org', false],
  [{ HTTP_PROXY: 'proxy:3128', NO_PROXY: '.example.org' }, 'tcp://example.org', true],
  [{ HTTP_PROXY: 'proxy:3128', NO_PROXY: '*.example.org' }, 'tcp://a.example.org', false],
  [{ HTTP_PROXY: 'proxy:3128', NO_PROXY: 'example.org' }, 'tcp://anexample.org', true],
])('with %j the way to %s is by the proxy: %s', (environment, uri, isBy) => {
  const { address, target, origin } = openRoute(uri, { byProxy: byProxy(environment) })
  expect(address === 'tcp proxy:3128').toBe(isBy)
  expect(target('/x')).toBe(isBy ? `${origin}/x` : '/x')
})

test('a proxy that is not there or of another kind is told', async () => {
  const access = { byProxy: byProxy({ HTTP_PROXY: 'http://127.0.0.1:1' }) }
  const client = createHealthClient({ host: 'tcp://192.0.2.7:4240', access })
  await expect(client.getStatus()).rejects.toThrow(
    'Get "http://192.0.2.7:4240/v1beta/status": proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused',
  )
  const socks = { byProxy: byProxy({ HTTP_PROXY: 'socks5://127.0.0.1:1' }) }
  expect(() => openRoute('tcp://192.0.2.7:4240', socks)).toThrow(UserError)
  expect(openRoute('tcp://127.0.0.1:4240', socks).address).toBe('tcp 127.0.0.1:4240')
})
