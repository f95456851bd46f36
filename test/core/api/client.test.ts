import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect, createServer as createSocketServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createHealthClient } from '../../../src/core/api/client.ts'
import { UserError } from '../../../src/core/errors.ts'
import { temporary } from './fake-source.ts'

interface Scripted {
  readonly code: number
  readonly body?: unknown
  readonly raw?: string
  readonly type?: string
}
type Script = Readonly<Record<string, Scripted>>

/** A server that answers as scripted, and 404 otherwise; it keeps what it was asked. */
async function scripted(script: Script) {
  const path = join(temporary(), 'health.sock')
  const asked: string[] = []
  const server: Server = createServer((request, response) => {
    const { method, url, rawHeaders } = request
    asked.push(`${method} ${url} ${rawHeaders.join('|')}`)
    const answer: Scripted = script[`${method} ${url}`] ?? { code: 404 }
    const { code, body, raw, type = 'application/json' } = answer
    response.writeHead(code, { 'Content-Type': type })
    response.end(raw ?? (body === undefined ? '' : `${JSON.stringify(body)}\n`))
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  return { asked, client: createHealthClient({ host: `unix://${path}` }) }
}

/** What Cilium's own client (1.19) said to each of these answers. */
const recorded = readFileSync('test/fixtures/wire/client-errors.txt', 'utf8')
  .split(/^### /m)
  .flatMap(text => {
    const [, name, command = ''] = /^(\S+) \| client new \| cilium-health (.*)/.exec(text) ?? []
    const script = /^server: (.*)$/m.exec(text)?.[1] ?? '{}'
    const error = /\|Error: ([^\n]*)\n/.exec(text)?.[1]
    return name ? [{ name, command, script: JSON.parse(script) as Script, error }] : []
  })

test.each(recorded)(
  'an answer is told as Cilium does: $name',
  async ({ command, script, error }) => {
    const { client } = await scripted(script)
    const calls: Record<string, () => Promise<unknown>> = {
      status: client.getStatus,
      'status --probe': () => client.putProbe(),
      get: client.getHealthz,
      ping: client.ping,
    }
    const said = calls[command]?.().then(
      () => undefined,
      (failure: unknown) => (failure as UserError).message,
    )
    expect(await said).toBe(error)
  },
)

test('the records are there', () => expect(recorded.length).toBeGreaterThan(9))

test('requests look like those of the Go client', async () => {
  const body = { local: { name: 'a' }, nodes: null }
  const { client, asked } = await scripted({
    'GET /v1beta/status': { code: 200, body },
    'PUT /v1beta/status/probe?node=a%2Fb&node=c': { code: 200, body },
  })
  expect(await client.getStatus()).toEqual({ text: `${JSON.stringify(body)}\n`, response: body })
  await client.putProbe(['a/b', 'c'])
  expect(asked).toEqual([
    'GET /v1beta/status Host|localhost|Accept|application/json|Connection|close',
    'PUT /v1beta/status/probe?node=a%2Fb&node=c Host|localhost|Accept|application/json|Content-Length|0|Connection|close',
  ])
})

test.each([
  [
    '{"nodes": [{"name": 7}]}',
    'json: cannot unmarshal number into Go struct field NodeStatus.nodes.name of type string',
  ],
  [
    '{"nodes": {}}',
    'json: cannot unmarshal object into Go struct field HealthStatusResponse.nodes of type []*models.NodeStatus',
  ],
  ['[]', 'json: cannot unmarshal array into Go value of type models.HealthStatusResponse'],
  ['{"nodes": [', 'unexpected EOF'],
])('a status that Go could not read is refused in its words: %s', async (raw, words) => {
  const { client } = await scripted({ 'GET /v1beta/status': { code: 200, raw } })
  await expect(client.getStatus()).rejects.toThrow(new UserError(`Cannot get status: ${words}`))
})

test.each([
  ['', '{}'],
  ['\n', '{}'],
  ['{"nodes":null} and more', '{"nodes":null}'],
])('only what was read of an answer is handed on: %j', async (raw, text) => {
  const { client } = await scripted({ 'GET /v1beta/status': { code: 200, raw } })
  expect(await client.getStatus()).toEqual({ text, response: JSON.parse(text) })
})

test('an answer that is whole is taken, though its connection broke off', async () => {
  const path = join(temporary(), 'health.sock')
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"nodes":[]}'
  const server = createSocketServer(socket => socket.once('data', () => socket.end(answer)))
  onTestFinished(() => void server.close())
  await new Promise<void>(resolve => server.listen(path, resolve))
  const { response } = await createHealthClient({ host: `unix://${path}` }).getStatus()
  expect(response).toEqual({ nodes: [] })
})

const failed = '[PUT /status/probe][500] putStatusProbeFailed'
const noError = (kind: string) =>
  `json: cannot unmarshal ${kind} into Go value of type models.Error`

test.each([
  ['', 'application/json', `${failed} ""`],
  ['null', 'application/json', `${failed} ""`],
  ['{"code":500}', 'application/json', noError('object')],
  ['[]', 'application/json', noError('array')],
  ['5', 'application/json', noError('number')],
  ['boom', 'application/json', "invalid character 'b' looking for beginning of value"],
  ['a <b>', 'text/plain; charset=utf-8', `${failed} "a \\u003cb\\u003e"`],
])('a failure that says %j as %s is told as Go does', async (raw, type, words) => {
  const { client } = await scripted({ 'PUT /v1beta/status/probe': { code: 500, raw, type } })
  await expect(client.putProbe()).rejects.toThrow(
    new UserError(`Cannot get status/probe: ${words}`),
  )
})

const misfit = (kind: string, field: string, type: string) =>
  `json: cannot unmarshal ${kind} into Go struct field ${field} of type ${type}`

test.each([
  [
    '{"controllers":"x"}',
    misfit('string', 'StatusResponse.cilium.controllers', 'models.ControllerStatuses'),
  ],
  [
    '{"controllers":[{"name":1}]}',
    misfit('number', 'ControllerStatus.cilium.controllers.name', 'string'),
  ],
  ['{"kvstore":5}', misfit('number', 'StatusResponse.cilium.kvstore', 'models.Status')],
  ['{"attach-mode":[]}', misfit('array', 'StatusResponse.cilium.attach-mode', 'models.AttachMode')],
  ['{"ipam":{"ipv4":{}}}', misfit('object', 'IPAMStatus.cilium.ipam.ipv4', '[]string')],
  ['{"srv6":{"enabled":"yes"}}', misfit('string', 'Srv6.cilium.srv6.enabled', 'bool')],
  [
    '{"nodeMonitor":{"cpus":1.5}}',
    misfit('number 1.5', 'MonitorStatus.cilium.nodeMonitor.cpus', 'int64'),
  ],
])('an agent’s state that Go could not read is refused in its words: %s', async (raw, words) => {
  const body = `{"cilium":${raw}}`
  const { client } = await scripted({ 'GET /v1beta/healthz': { code: 200, raw: body } })
  await expect(client.getHealthz()).rejects.toThrow(
    new UserError(`Cannot get health for local instance: ${words}`),
  )
})

test('where nobody is, the error names the call, the address and the reason', async () => {
  const path = join(temporary(), 'health.sock')
  await expect(createHealthClient({ host: `unix://${path}` }).getStatus()).rejects.toThrow(
    `Cannot get status: Get "http://localhost/v1beta/status": dial unix ${path}: connect: no such file or directory`,
  )
  await expect(createHealthClient({ host: 'tcp://127.0.0.1:1' }).putProbe()).rejects.toThrow(
    'Cannot get status/probe: Put "http://127.0.0.1:1/v1beta/status/probe": dial tcp 127.0.0.1:1: connect: connection refused',
  )
  // Cilium's client takes it for tcp.
  await expect(createHealthClient({ host: 'http://127.0.0.1:1' }).getStatus()).rejects.toThrow(
    'Cannot get status: Get "http://127.0.0.1:1/v1beta/status": dial tcp 127.0.0.1:1: connect: connection refused',
  )
})

test('a daemon that hangs up or says nothing is told as Go does', async () => {
  const path = join(temporary(), 'health.sock')
  const server = createServer(request => {
    if (request.url === '/v1beta/healthz') request.socket.destroy()
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  const client = createHealthClient({ host: `unix://${path}`, timeoutMs: 100 })
  await expect(client.ping()).rejects.toThrow(
    'Cannot ping: Get "http://localhost/v1beta/healthz": EOF',
  )
  await expect(client.getStatus()).rejects.toThrow(
    'Cannot get status: Get "http://localhost/v1beta/status": context deadline exceeded',
  )
  expect(await new Promise(resolve => connect(path, () => resolve('still there')))).toBe(
    'still there',
  )
})

test('a host that is no URI is refused at once', () => {
  expect(() => createHealthClient({ host: 'foo' })).toThrow(
    new UserError("Error while creating client: invalid host format 'foo'"),
  )
  expect(() => createHealthClient({ host: 'gopher://x' })).toThrow(UserError)
  expect(() => createHealthClient({ host: 'tcp://bad host:1' })).toThrow(
    'Error while creating client: parse "tcp://bad host:1": invalid character " " in host name',
  )
  expect(() => createHealthClient({ host: 'tcp://a:b' })).toThrow(
    'Error while creating client: parse "tcp://a:b": invalid port ":b" after host',
  )
  expect(() => createHealthClient({ host: 'tcp://' })).toThrow(UserError)
})

test.each([
  ['HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"nodes":', 'unexpected EOF'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n', 'unexpected EOF'],
  [
    'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhello',
    "invalid character 'h' looking for beginning of value",
  ],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{', 'unexpected EOF'],
  ['SSH-2.0-x\r\n', broken('malformed HTTP response "SSH-2.0-x"')],
  ['\x16\x03\x01"\n', broken(String.raw`malformed HTTP response "\x16\x03\x01\""`)],
  ['HTTP/1.1 abc\r\n\r\n', broken('malformed HTTP status code "abc"')],
])('an answer that breaks off or is no HTTP is told as Go does: %j', async (answer, words) => {
  const path = join(temporary(), 'health.sock')
  const server = createSocketServer(socket => socket.once('data', () => socket.end(answer)))
  onTestFinished(() => void server.close())
  await new Promise<void>(resolve => server.listen(path, resolve))
  const { getStatus } = createHealthClient({ host: `unix://${path}` })
  await expect(getStatus()).rejects.toThrow(new UserError(`Cannot get status: ${words}`))
})

function broken(words: string): string {
  return `Get "http://localhost/v1beta/status": net/http: HTTP/1.x transport connection broken: ${words}`
}
