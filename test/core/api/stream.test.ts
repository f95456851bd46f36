import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createIntake } from '../../../src/core/api/intake.ts'
import { linesOf } from '../../../src/core/api/remote.ts'
import { maxLineBytes } from '../../../src/core/api/stream-protocol.ts'
import { createStreamReader, UnknownStream } from '../../../src/core/api/stream-reader.ts'
import { beatLine, createStreamWriter } from '../../../src/core/api/stream-writer.ts'
import type { History } from '../../../src/core/model/history.ts'
import type { ProberState } from '../../../src/core/model/prober.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { listOf, node } from '../../support/nodes.ts'
import { failure, fakeSource, reply } from './fake-source.ts'

/** The far end: a store that is fed by lines alone. */
function receiver() {
  const { store } = fakeSource()
  onTestFinished(() => store.close())
  return { store, read: createStreamReader(store, createIntake(store)) }
}

const historyOf = (history: History) =>
  Array.from({ length: history.length }, (_, index) => [
    history.atMs(index),
    history.reason(index) ?? history.rttNs(index),
    history.mark(index),
  ])

const known = (snapshot: Snapshot) =>
  snapshot.nodes.map(({ name, local, labels, verdict, paths }) => ({
    name,
    local,
    labels,
    verdict,
    paths: paths.map(({ to, rank, ip, probes }) => ({
      ...{ to, rank, ip },
      probes: Object.values(probes).map(({ last, history }) => [last, historyOf(history)]),
    })),
  }))

const prober: ProberState = {
  abilities: {
    icmp4: { kind: 'ready', method: 'raw socket', clock: 'kernel' },
    icmp6: { kind: 'off', why: 'no IPv6', remedies: ['get some'] },
    http: { kind: 'ready', method: 'sockets', clock: 'process' },
  },
  probesPerSecond: 3,
  maxProbesPerSecond: 500,
  timeoutMs: 2000,
  inFlight: 1,
  lagMs: 0.5,
  drops: 0,
  late: true,
  lateAtMs: 1e12,
  lateTicks: 4,
  cpuShare: 0.02,
  rssBytes: 1e8,
  bytesPerSecond: 900,
  queueLength: 2,
  mainLagMs: 3,
  clockSteps: 1,
  steppedAtMs: 1e12,
  restarts: 1,
  restartedAtMs: 1e12,
  restartReason: 'it was ended',
}

test('a reader learns everything the daemon knows, and then each change', () => {
  const source = fakeSource(listOf(node('a', '192.0.2.1', '10.0.0.1'), node('b', 'fd00::1')))
  source.store.setProber(prober)
  source.store.setAgent({ kind: 'ok', detail: '1.19' })
  source.recordAll({ ...reply(1e12, 1234), connectNs: 99 } as never)
  source.recordAll({ ...failure(1e12 + 1000, 'bad-status', '404 Not Found'), retransmits: 1 })
  const { store, read } = receiver()
  const writer = createStreamWriter(60)
  const deliver = (lines: Iterable<string>) => {
    for (const line of lines) read(line)
    expect(known(store.snapshot())).toEqual(known(source.snapshot()))
  }
  deliver(writer.opening(source.snapshot()))
  expect(store.snapshot()).toMatchObject({
    prober,
    agent: { kind: 'ok', detail: '1.19' },
    feed: { kind: 'live' },
    intervalMs: 2000,
    self: 'a',
  })
  source.recordAll(reply(1e12 + 2000, 5))
  source.recordAll({ ...reply(1e12 + 3000, 6), packets: 2, inDoubt: true })
  deliver(writer.changes(source.snapshot()))
  source.store.setNodes(listOf(node('c', '192.0.2.3'), node('a', '192.0.2.1', '10.0.0.1')))
  source.recordAll(failure(1e12 + 4000, 'timeout'))
  deliver(writer.changes(source.snapshot()))
  const labels = { 'topology.kubernetes.io/zone': 'eu-1a', pool: 'ü' }
  source.store.setNodes(listOf(node('c', '192.0.2.3'), { ...node('a', '192.0.2.1'), labels }))
  deliver(writer.changes(source.snapshot()))
  expect([...writer.changes(source.snapshot())], 'nothing is told twice').toEqual([])
})

test('a history told again after a new connection is not recorded twice', () => {
  const source = fakeSource(listOf(node('a', '192.0.2.1')))
  const { store } = receiver()
  const intake = createIntake(store)
  for (let connection = 0; connection < 3; connection += 1) {
    source.recordAll(reply(1e12 + connection * 1000))
    const read = createStreamReader(store, intake)
    for (const line of createStreamWriter(60).opening(source.snapshot())) read(line)
  }
  expect(known(store.snapshot())).toEqual(known(source.snapshot()))
  expect(store.snapshot().nodes[0]?.paths[0]?.probes.icmp.history.length).toBe(3)
})

test('no line is longer than the limit, in a cluster of 5,000 nodes and a full history', () => {
  const nodes = Array.from({ length: 5000 }, (_, index) =>
    node(
      `cluster-ü/node-${index}`,
      `10.1.${index >> 8}.${index & 255}`,
      `10.2.${index >> 8}.${index & 255}`,
    ),
  )
  const source = fakeSource(listOf(...nodes))
  for (let round = 0; round < 10; round += 1) source.recordAll(reply(1e12 + round * 1000, 123_456))
  const { store, read } = receiver()
  let lines = 0
  for (const line of createStreamWriter(10).opening(source.snapshot())) {
    expect(Buffer.byteLength(line)).toBeLessThan(maxLineBytes)
    lines += 1
    read(line)
  }
  expect(lines).toBeGreaterThan(4)
  expect(store.snapshot().nodes).toHaveLength(5000)
  expect(store.snapshot().nodes[4999]?.paths[1]?.probes.http.history.length).toBe(10)
})

test('another protocol, or none, is not read', () => {
  expect(() => receiver().read('{"kind":"hello","protocol":2}')).toThrow(UnknownStream)
  expect(() => receiver().read(beatLine)).toThrow(UnknownStream)
  expect(() => receiver().read('<html>')).toThrow('no JSON')
})

test('rows of probes that are not known are skipped: marks harm no reader that knows none', () => {
  const { store, read } = receiver()
  read('{"kind":"hello","protocol":1}')
  read('{"kind":"nodes","nodes":[["a",["host","primary","192.0.2.1"]]]}')
  read(
    '{"kind":"findings","rows":[[0,4,1,2,3],[0,2,3,2],[0,0,0,1000,5,1000,6],[0,3,2.5],[0,1,0,1000,7]]}',
  )
  const probes = store.snapshot().nodes[0]?.paths[0]?.probes
  expect(probes?.icmp.last).toMatchObject({ rttNs: 6, packets: 2 })
  expect([probes?.icmp.history.sent(0), probes?.icmp.history.sent(1)]).toEqual([3, 2])
  expect(probes?.http.last).toMatchObject({ rttNs: 7 })
  expect(probes?.http.last).not.toHaveProperty('packets')
})

test('unknown kinds and surplus fields are skipped', () => {
  const { read } = receiver()
  read('{"kind":"hello","protocol":1,"more":"later"}')
  expect(read('{"kind":"weather","rain":true}')).toBe('weather')
  expect(read(beatLine)).toBe('beat')
})

const { anything } = fc.letrec(tie => ({
  anything: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.constantFrom('host', 'primary', '192.0.2.1', 'live', 'lost', 0, 1, -1),
    fc.array(tie('anything'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('feed', 'agent', 'kind', 'more'), tie('anything')),
  ),
}))

const hostileLines = fc.array(
  fc.record({
    kind: fc.constantFrom('nodes', 'state', 'history', 'findings', 'beat', 'toString'),
    nodes: anything,
    rows: fc.oneof(anything, fc.array(fc.array(fc.double(), { maxLength: 9 }))),
    self: anything,
  }),
  { maxLength: 6 },
)

const readOrRefused = (read: (line: string) => string, line: unknown) => {
  try {
    read(JSON.stringify(line))
  } catch (error) {
    expect((error as Error).message).toBe('the stream tells a state that makes no sense')
  }
}

test('hostile lines harm nobody: they are read, or refused with an Error', () => {
  fc.assert(
    fc.property(hostileLines, lines => {
      const { store, read } = receiver()
      read('{"kind":"hello","protocol":1}')
      read('{"kind":"nodes","nodes":[["a",["host","primary","192.0.2.1"]]]}')
      for (const line of lines) readOrRefused(read, line)
      const outcomes = store
        .snapshot()
        .nodes.flatMap(({ paths }) => paths)
        .flatMap(({ probes }) => [probes.icmp.last, probes.http.last])
      for (const last of outcomes) {
        if (last) expect(new Date(last.atMs).getTime()).not.toBeNaN()
      }
    }),
    { numRuns: 200 },
  )
})

async function* chunks(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text)
}

test('lines are cut at newlines wherever the chunks end; an endless one is refused', async () => {
  const lines = await Array.fromAsync(linesOf(chunks('a', 'b\nc\n\nd', 'e\nrest'), 10))
  expect(lines).toEqual(['ab', 'c', '', 'de'])
  await expect(Array.fromAsync(linesOf(chunks('12345', '678901'), 10))).rejects.toThrow(
    'longer than 10 bytes',
  )
})
