import { expect, onTestFinished, test } from 'vitest'
import type { NodeList } from '../../../src/core/model/node.ts'
import type { AgentState } from '../../../src/core/model/snapshot.ts'
import { type AgentOptions, openAgent } from '../../../src/core/nodes/agent.ts'
import { fakeElement, openFakeAgent } from '../../support/fake-agent.ts'

async function begin(
  fake: Parameters<typeof openFakeAgent>[0] = {},
  options: Partial<AgentOptions> = {},
) {
  const agent = await openFakeAgent(fake)
  onTestFinished(() => agent.close())
  const problems: (string | undefined)[] = []
  const states: AgentState[] = []
  const source = openAgent({
    uri: agent.uri,
    pollMs: 5,
    timeoutMs: 5000,
    onProblem: reason => problems.push(reason),
    onState: state => states.push(state),
    ...options,
  })
  onTestFinished(() => source.close())
  const lists = source.watch(new AbortController().signal)[Symbol.asyncIterator]()
  const next = async () => (await lists.next()).value as NodeList
  /** Resolves once the agent has seen another poll from its beginning to its end. */
  const polls = async (count = 2) => {
    const from = agent.requests.length
    await expect.poll(() => agent.requests.length).toBeGreaterThanOrEqual(from + 2 * count)
  }
  return { agent, source, problems, states, next, polls, lists }
}

const names = (list: NodeList) => list.nodes.map(node => node.name)
const ipsOf = (list: NodeList, name: string) =>
  list.nodes.find(node => node.name === name)?.paths.map(path => path.ip)

test.each(['1.5', '1.6'] as const)(
  'follows joins, leaves and re-creations: %s',
  async generation => {
    const { agent, next, source } = await begin({ generation })
    agent.join(fakeElement('a', '10.0.0.1', '10.1.0.1'))
    agent.join(fakeElement('b', '10.0.0.2'))
    const first = await next()
    expect(first).toMatchObject({ self: 'a' })
    expect(names(first)).toEqual(['a', 'b'])
    expect(ipsOf(first, 'a')).toEqual(['10.0.0.1', '10.1.0.1'])

    agent.join(fakeElement('c', '10.0.0.3'))
    expect(names(await next())).toEqual(['a', 'b', 'c'])

    agent.leave('b')
    const third = await next()
    expect(names(third)).toEqual(['a', 'c'])
    expect(third.nodes[0]).toBe(first.nodes[0])

    agent.join(fakeElement('a', '10.0.0.9'))
    const fourth = await next()
    expect(names(fourth)).toEqual(['a', 'c'])
    expect(ipsOf(fourth, 'a')).toEqual(['10.0.0.9'])
    expect(source.label).toBe(`agent ${agent.uri}`)
  },
)

test('asks for changes only, with the whole of the 63-bit number', async () => {
  const { agent, next, polls } = await begin()
  agent.join(fakeElement('a', '10.0.0.1'))
  const reading = next().then(() => next())
  await polls(3)
  const ids = new Set(
    agent.requests.flatMap(line =>
      line.startsWith('/v1/cluster/nodes') ? line.split(' ')[1] : [],
    ),
  )
  expect(ids.size).toBe(2)
  agent.join(fakeElement('b', '10.0.0.2'))
  await reading
})

test('a node that left and came back between two polls has its new address', async () => {
  const { agent, next } = await begin()
  agent.join(fakeElement('a', '10.0.0.1'))
  await next()
  agent.leave('a')
  agent.join(fakeElement('a', '10.0.0.2'))
  expect(ipsOf(await next(), 'a')).toEqual(['10.0.0.2'])
})

test('a forgotten number brings the whole list, and nodes that left meanwhile are gone', async () => {
  const { agent, next } = await begin()
  agent.join(fakeElement('a', '10.0.0.1'))
  agent.join(fakeElement('b', '10.0.0.2'))
  await next()
  agent.forgetClients()
  agent.leave('a')
  agent.join(fakeElement('c', '10.0.0.3'))
  expect(names(await next())).toEqual(['b', 'c'])
})

test.each([
  ['500s', 'failing', 'the agent answers with status 500'],
  ['truncated answers', 'truncating', 'unexpected EOF'],
  ['an answer that is no object', { answer: '[]' }, 'the answer is no JSON object'],
  ['no JSON', { answer: '<html>' }, 'the answer is no JSON'],
  ['hostile JSON', { answer: '{"nodes-added": {"length": 1e9}}' }, 'the answer is not understood'],
] as const)(
  '%s are told, the list stays, and the next list is complete',
  async (_, mood, reason) => {
    const { agent, next, problems } = await begin()
    agent.join(fakeElement('a', '10.0.0.1'))
    await next()
    const following = next()
    agent.become(mood)
    await expect.poll(() => problems.at(-1)).toContain(reason)
    agent.join(fakeElement('b', '10.0.0.2'))
    agent.become('well')
    expect(names(await following)).toEqual(['a', 'b'])
    expect(problems.at(-1)).toBeUndefined()
  },
)

test('each try in vain is told, and then the list again, even unchanged', async () => {
  const { agent, source } = await begin()
  agent.join(fakeElement('a', '10.0.0.1'))
  const missed: string[] = []
  const { signal } = new AbortController()
  const lists = source.watch(signal, reason => missed.push(reason))[Symbol.asyncIterator]()
  const { value: first } = await lists.next()
  agent.become('failing')
  const second = lists.next()
  await expect.poll(() => missed.length).toBeGreaterThan(2)
  expect(new Set(missed)).toEqual(new Set(['the agent answers with status 500']))
  agent.become('well')
  expect((await second).value).toEqual(first)
})

test('a hanging agent is given up after the timeout', async () => {
  const { agent, next, problems } = await begin({}, { timeoutMs: 50 })
  agent.become('hanging')
  const list = next()
  await expect.poll(() => problems.at(-1)).toBe('no answer within 50 ms')
  agent.become('well')
  expect(await list).toEqual({ self: 'a', nodes: [] })
})

test('an agent that is not there yet is waited for', async () => {
  const problems: (string | undefined)[] = []
  const uri = 'unix:///nonexistent/cilium.sock'
  const source = openAgent({ uri, pollMs: 5, onProblem: reason => problems.push(reason) })
  const end = new AbortController()
  const lists = source.watch(end.signal)[Symbol.asyncIterator]()
  const next = lists.next()
  await expect
    .poll(() => problems)
    .toEqual(['dial unix /nonexistent/cilium.sock: connect: no such file or directory'])
  expect(source.agentState()).toMatchObject({ kind: 'failing' })
  end.abort()
  expect(await next).toEqual({ done: true, value: undefined })
})

test('a node that cannot be read is left out and told, the others are there', async () => {
  const { agent, next, problems } = await begin()
  agent.join(fakeElement('a', '10.0.0.1'))
  agent.join(fakeElement('evil\u001b[2J', '10.0.0.2'))
  agent.join(fakeElement('b', '10.0.0.300'))
  expect(names(await next())).toEqual(['a'])
  expect(problems).toEqual([
    'left out of its list: "evil\\u001b[2J" has control characters, and 1 more',
  ])
  const following = next()
  agent.leave('evil\u001b[2J')
  agent.join(fakeElement('b', '10.0.0.3'))
  expect(names(await following)).toEqual(['a', 'b'])
  await expect.poll(() => problems.at(-1)).toBeUndefined()
})

test('tells the agent’s own state when it changes', async () => {
  const { agent, next, source, states } = await begin()
  await next()
  expect(source.agentState()).toEqual({ kind: 'ok', detail: '1.19.0' })
  const following = next()
  agent.tellState('Failure', 'kvstore \u001b[31mgone')
  await expect
    .poll(() => states.at(-1))
    .toEqual({ kind: 'failing', detail: 'kvstore \\u{1b}[31mgone' })
  expect(states).toHaveLength(2)
  agent.join(fakeElement('b', '10.0.0.2'))
  await following
})

test('passes the agent’s status through as it is', async () => {
  const { agent, source } = await begin()
  expect(await source.healthz()).toMatchObject({
    kind: 'status',
    status: { cilium: { state: 'Ok' }, cluster: { self: 'a' } },
  })
  agent.become('failing')
  expect(await source.healthz()).toMatchObject({ kind: 'silence' })
})

test('close ends the watch, even while the agent hangs', async () => {
  const { agent, source, lists, polls } = await begin()
  agent.become('hanging')
  const next = lists.next()
  await polls(1)
  await source.close()
  expect(await next).toEqual({ done: true, value: undefined })
})

test.each(['', 'cilium.sock', 'unix://relative', 'tcp://host', 'http://x'])(
  '%j is refused as an agent’s address',
  uri => expect(() => openAgent({ uri })).toThrow('is no address of an agent'),
)

test('a node that is left out costs no other question for the whole list', async () => {
  const { agent, next, polls } = await begin()
  agent.join(fakeElement('a', '10.0.0.1'))
  agent.join(fakeElement('b', '10.0.0.300'))
  await next()
  const following = next()
  await polls(3)
  const asked = agent.requests.filter(line => line.startsWith('/v1/cluster/nodes'))
  expect(asked.filter(line => line.endsWith(' 0'))).toHaveLength(1)
  agent.join(fakeElement('c', '10.0.0.3'))
  expect(names(await following)).toEqual(['a', 'c'])
})

test('an agent that is gone is told in the words of Cilium’s client', async () => {
  const { agent, source } = await begin()
  const path = agent.socketPath
  agent.become({ answer: '{"cilium":[1]}' })
  expect(await source.healthz()).toMatchObject({ kind: 'status' })
  agent.become({ answer: '[1]' })
  expect(await source.healthz()).toEqual({
    kind: 'silence',
    reason: 'the answer is no JSON object',
    text: '[1]',
  })
  agent.become('failing')
  expect(await source.healthz()).toEqual({
    kind: 'silence',
    reason: '[GET /healthz] GetHealthz (status 500): {}',
  })
  agent.become('hanging')
  expect(await openAgent({ uri: `unix://${path}`, timeoutMs: 50 }).healthz()).toEqual({
    kind: 'silence',
    reason: 'Cilium API client timeout exceeded',
  })
  const missing = (at: string) =>
    `Get "http://localhost/v1/healthz": dial unix ${at}: connect: no such file or directory`
  expect(await openAgent({ uri: `unix://${path}.gone` }).healthz()).toEqual({
    kind: 'silence',
    reason: missing(`${path}.gone`),
  })
  const usual = '/nonexistent/var/run/cilium/cilium.sock'
  expect(await openAgent({ uri: `unix://${usual}` }).healthz()).toEqual({
    kind: 'silence',
    reason: `${missing(usual)}\nIs the agent running?`,
  })
  const nowhere = openAgent({ uri: 'tcp://[::1]:1' })
  expect(await nowhere.healthz()).toMatchObject({
    reason: expect.stringMatching(
      /^Get "http:\/\/\[::1\]:1\/v1\/healthz": dial tcp \[::1\]:1: connect: /,
    ),
  })
})
