import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface FakeElement {
  readonly name: string
  readonly [key: string]: unknown
}

/** A NodeElement with a host and an endpoint, as Cilium since 1.6 writes it. */
export const fakeElement = (name: string, host: string, endpoint?: string): FakeElement => ({
  name,
  source: 'custom-resource',
  'primary-address': { ipv4: { enabled: true, ip: host }, ipv6: {} },
  'health-endpoint-address': {
    ipv4: endpoint === undefined ? {} : { enabled: true, ip: endpoint },
    ipv6: {},
  },
  'secondary-addresses': [],
})

/** How the agent misbehaves. A text is the answer itself. */
export type Mood = 'well' | 'failing' | 'hanging' | 'truncating' | { readonly answer: string }

export interface FakeAgent {
  readonly uri: string
  readonly socketPath: string
  /** `PATH client-id`, in order of arrival. */
  readonly requests: readonly string[]
  /** Tells of a new node, or of another state of a known one. */
  join(element: FakeElement): void
  leave(name: string): void
  /** As after 15 minutes of silence: every client number becomes unknown. */
  forgetClients(): void
  become(mood: Mood): void
  tellState(state: string, msg?: string): void
  close(): Promise<void>
}

interface Client {
  added: FakeElement[]
  removed: FakeElement[]
}

/** A Cilium agent on a real unix socket: its node list with the client-id protocol, or 1.5's way. */
export async function openFakeAgent(
  options: { readonly generation?: '1.5' | '1.6'; readonly self?: string } = {},
): Promise<FakeAgent> {
  const { generation = '1.6', self = 'a' } = options
  const folder = await mkdtemp(join(tmpdir(), 'agent-'))
  const socketPath = join(folder, 'cilium.sock')
  const nodes = new Map<string, FakeElement>()
  const clients = new Map<string, Client>()
  const requests: string[] = []
  let mood: Mood = 'well'
  let status = { state: 'Ok', msg: '1.19.0' }

  const clusterNodes = (sent: string | undefined) => {
    if (sent === undefined) return clusterAnswer(undefined, self, [...nodes.values()], [])
    const known = clients.get(sent)
    const id = known ? sent : (randomBytes(8).readBigUInt64BE() >> 1n).toString()
    const { added, removed } = known ?? { added: [...nodes.values()], removed: [] }
    clients.set(id, { added: [], removed: [] })
    return clusterAnswer(id, self, added, removed)
  }

  const healthz = () =>
    JSON.stringify({
      cilium: status,
      cluster: {
        self,
        ciliumHealth: { state: 'Ok' },
        nodes: generation === '1.5' ? [...nodes.values()] : null,
      },
    })

  const answer = (request: IncomingMessage): readonly [status: number, text: string] => {
    const sent = request.headers['client-id']
    if (request.url === '/v1/healthz') return [200, healthz()]
    if (request.url !== '/v1/cluster/nodes' || generation === '1.5')
      return [404, `{"code":404,"message":"path ${request.url} was not found"}`]
    if (sent !== undefined && !/^-?\d+$/.test(`${sent}`))
      return [422, `{"code":602,"message":"client-id in header must be of type int64"}`]
    return [200, clusterNodes(sent as string | undefined)]
  }

  const server = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers['client-id'] ?? '-'}`)
    respond(response, mood, () => answer(request))
  })
  await new Promise<void>(resolve => server.listen(socketPath, resolve))

  return {
    uri: `unix://${socketPath}`,
    socketPath,
    requests,
    join(element) {
      const old = nodes.get(element.name)
      nodes.set(element.name, element)
      for (const client of clients.values()) tellUpdate(client, element, old)
    },
    leave(name) {
      const old = nodes.get(name)
      nodes.delete(name)
      for (const client of clients.values()) if (old) tellLeave(client, old)
    },
    forgetClients: () => clients.clear(),
    become(next) {
      mood = next
    },
    tellState(state, msg = '') {
      status = { state, msg }
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await rm(folder, { recursive: true })
    },
  }
}

/** An update takes the place of what the client was not yet told, else it is a removal and an addition. */
function tellUpdate(client: Client, element: FakeElement, old: FakeElement | undefined) {
  const pending = client.added.findIndex(({ name }) => name === element.name)
  if (pending >= 0) client.added[pending] = element
  else client.added.push(element)
  if (pending < 0 && old) client.removed.push(old)
}

function tellLeave(client: Client, old: FakeElement) {
  const pending = client.added.findIndex(({ name }) => name === old.name)
  if (pending >= 0) client.added.splice(pending, 1)
  else client.removed.push(old)
}

/** The number is written by hand: no JavaScript number can hold it. */
const clusterAnswer = (
  id: string | undefined,
  self: string,
  added: readonly FakeElement[],
  removed: readonly FakeElement[],
) =>
  `{${id === undefined || id === '0' ? '' : `"client-id":${id},`}"self":${JSON.stringify(self)},` +
  `"nodes-added":${JSON.stringify(added.length > 0 ? added : null)},` +
  `"nodes-removed":${JSON.stringify(removed.length > 0 ? removed : null)}}\n`

function respond(
  response: ServerResponse,
  mood: Mood,
  answer: () => readonly [status: number, text: string],
) {
  if (mood === 'hanging') return
  const [status, text] = typeof mood === 'object' ? ([200, mood.answer] as const) : answer()
  const headers = { 'content-type': 'application/json' }
  if (mood === 'failing') response.writeHead(500, headers).end('"boom"\n')
  else if (mood === 'truncating') {
    response.writeHead(200, { ...headers, 'content-length': text.length + 100 })
    response.write(text.slice(0, text.length / 2), () => response.destroy())
  } else response.writeHead(status, headers).end(text)
}
