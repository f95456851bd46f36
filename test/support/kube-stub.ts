import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'

/** What the pod does with a command. */
export type Reaction =
  | { readonly kind: 'answer'; readonly stdout: string; readonly stderr?: string }
  | { readonly kind: 'failure'; readonly stderr: string; readonly exitCode: number }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'gone' | 'cut' | 'hang' | 'endless' }

export interface StubPod {
  readonly name: string
  readonly node: string
  readonly state?: object
  readonly more?: object
}

export interface StubNode {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly unschedulable?: boolean
  readonly deletionTimestamp?: string
}

export interface KubeStub {
  readonly server: string
  pods: readonly StubPod[]
  react: (pod: string, command: readonly string[]) => Reaction | Promise<Reaction>
  nodes: readonly StubNode[]
  /** A message: the list of pods is refused with it. */
  forbidList: string | undefined
  /** The subprotocols that it knows. */
  protocols: readonly string[]
  /** Of the exec calls: pod and command of each, how many at once at most, and how many now. */
  readonly calls: { pod: string; command: readonly string[]; protocol: string }[]
  readonly busy: { now: number; most: number }
  /** Writes a kubeconfig whose current context is `test`; returns its path. */
  kubeconfig(directory: string, user?: object, context?: string): string
}

export interface KubeStubOptions {
  /** Bearer token that every call must show. */
  readonly token?: string
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca: string }
}

const status = (code: number, reason: string, message: string) =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code })

/**
 * As much of Kubernetes' API server as a reader of agents meets: pods, in pages, and the exec
 * protocol, v5 and v4. kubectl takes it for a real one (a test shows that).
 */
export async function startKubeStub(options: KubeStubOptions = {}): Promise<KubeStub> {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { code, body } = isKnown(request, options) ? route(stub, request) : unauthorized
    response.writeHead(code, { 'Content-Type': 'application/json' }).end(body)
  }
  const { tls } = options
  const server = tls
    ? createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, answer)
    : createServer(answer)
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: offered => stub.protocols.find(each => offered.has(each)) ?? false,
  })
  server.on('upgrade', (request, socket, head) => {
    upgrade(request, socket, head).catch(error => socket.destroy(error))
  })

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {})
    if (!isKnown(request, options)) return refuse(socket, unauthorized)
    const url = new URL(request.url ?? '', 'http://stub')
    const [, pod = ''] = /\/pods\/([^/]+)\/exec$/.exec(url.pathname) ?? []
    const command = url.searchParams.getAll('command')
    stub.busy.now += 1
    stub.busy.most = Math.max(stub.busy.most, stub.busy.now)
    socket.once('close', () => {
      stub.busy.now -= 1
    })
    const reaction = await stub.react(pod, command)
    stub.calls.push({ pod, command, protocol: request.headers['sec-websocket-protocol'] ?? '' })
    if (reaction.kind === 'gone' || !stub.pods.some(({ name }) => name === pod)) {
      return refuse(socket, { code: 404, body: status(404, 'NotFound', `pods "${pod}" not found`) })
    }
    if (reaction.kind === 'forbidden') {
      return refuse(socket, { code: 403, body: status(403, 'Forbidden', reaction.message) })
    }
    sockets.handleUpgrade(request, socket, head, each => perform(each, reaction))
  }

  const stub: KubeStub = {
    server: '',
    pods: [],
    nodes: [],
    react: () => ({ kind: 'answer', stdout: '' }),
    forbidList: undefined,
    protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
    calls: [],
    busy: { now: 0, most: 0 },
    kubeconfig(directory, user = {}, context = 'test') {
      const path = join(directory, 'kubeconfig')
      const ca = tls && { 'certificate-authority-data': base64(tls.ca) }
      const cluster = { server: stub.server, ...(ca ?? { 'insecure-skip-tls-verify': true }) }
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': context,
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user }],
        contexts: [{ name: context, context: { cluster: 'c', user: 'u' } }],
      }
      writeFileSync(path, JSON.stringify(config))
      return path
    },
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  Object.assign(stub, { server: `${tls ? 'https' : 'http'}://127.0.0.1:${port}` })
  onTestFinished(async () => {
    for (const each of sockets.clients) each.terminate()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  return stub
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64')

const unauthorized = { code: 401, body: status(401, 'Unauthorized', 'Unauthorized') }

function isKnown(request: IncomingMessage, { token, tls }: KubeStubOptions): boolean {
  if (token !== undefined) return request.headers.authorization === `Bearer ${token}`
  return tls === undefined || (request.socket as TLSSocket).authorized
}

function refuse(socket: Duplex, { code, body }: { code: number; body: string }): void {
  socket.end(
    `HTTP/1.1 ${code} No\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

const podsPath = /^\/api\/v1\/namespaces\/([^/]+)\/pods(?:\/([^/]+))?$/

function route(stub: KubeStub, request: IncomingMessage): { code: number; body: string } {
  const url = new URL(request.url ?? '', 'http://stub')
  if (url.pathname === '/api/v1/nodes') return nodeList(stub)
  const [, namespace, name] = podsPath.exec(url.pathname) ?? []
  if (namespace === undefined) return discovery(url.pathname)
  if (stub.forbidList !== undefined) {
    return { code: 403, body: status(403, 'Forbidden', stub.forbidList) }
  }
  const all = namespace === 'kube-system' ? stub.pods : []
  if (name !== undefined) {
    const pod = all.find(each => each.name === name)
    if (pod) return { code: 200, body: JSON.stringify(objectOf(pod)) }
    return { code: 404, body: status(404, 'NotFound', `pods "${name}" not found`) }
  }
  const from = Number(url.searchParams.get('continue') ?? 0)
  const limit = Math.min(500, Number(url.searchParams.get('limit') ?? 500))
  const metadata = from + limit < all.length ? { continue: `${from + limit}` } : {}
  const items = all.slice(from, from + limit).map(objectOf)
  return { code: 200, body: JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata, items }) }
}

/** Refused as long as it has none. */
function nodeList({ nodes }: KubeStub): { code: number; body: string } {
  if (nodes.length === 0) {
    return { code: 403, body: status(403, 'Forbidden', 'cannot list resource "nodes"') }
  }
  const items = nodes.map(({ unschedulable, ...metadata }) => ({
    metadata,
    spec: { unschedulable },
  }))
  return { code: 200, body: JSON.stringify({ kind: 'NodeList', apiVersion: 'v1', items }) }
}

/** What kubectl wants to know first. */
function discovery(path: string): { code: number; body: string } {
  const pods = { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get'] }
  const known: Readonly<Record<string, object>> = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
    '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [pods] },
  }
  const body = known[path]
  return body
    ? { code: 200, body: JSON.stringify(body) }
    : { code: 404, body: status(404, 'NotFound', `no ${path}`) }
}

const objectOf = ({ name, node, state = { running: {} }, more = {} }: StubPod) => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name, namespace: 'kube-system', labels: { 'k8s-app': 'cilium' } },
  spec: { nodeName: node, containers: [{ name: 'cilium-agent' }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'cilium-agent', ready: 'running' in state, state }],
    ...more,
  },
})

const channel = { stdout: 1, stderr: 2, status: 3 } as const

function perform(socket: WebSocket, reaction: Reaction): void {
  const send = (to: keyof typeof channel, text: string | Buffer) =>
    socket.send(Buffer.concat([Buffer.of(channel[to]), Buffer.from(text)]))
  socket.on('error', () => {})
  // As the real one does, the streams are opened with an empty message each.
  send('stdout', '')
  send('stderr', '')
  if (reaction.kind === 'answer') {
    if (reaction.stderr) send('stderr', reaction.stderr)
    for (let at = 0; at < reaction.stdout.length; at += 32_768) {
      send('stdout', reaction.stdout.slice(at, at + 32_768))
    }
    send('status', JSON.stringify({ metadata: {}, status: 'Success' }))
    socket.close(1000)
  } else if (reaction.kind === 'failure') {
    send('stderr', reaction.stderr)
    const causes = [{ reason: 'ExitCode', message: `${reaction.exitCode}` }]
    const message = `command terminated with non-zero exit code: exit status ${reaction.exitCode}`
    const said = { status: 'Failure', reason: 'NonZeroExitCode', message, details: { causes } }
    send('status', JSON.stringify(said))
    socket.close(1000)
  } else if (reaction.kind === 'cut') {
    send('stdout', '{"nodes": [')
    setTimeout(() => socket.terminate(), 20)
  } else if (reaction.kind === 'endless') {
    flood(socket, Buffer.concat([Buffer.of(channel.stdout), Buffer.alloc(1 << 20, 'x')]))
  }
}

function flood(socket: WebSocket, chunk: Buffer): void {
  if (socket.readyState === socket.OPEN)
    socket.send(chunk, () => setImmediate(flood, socket, chunk))
}
