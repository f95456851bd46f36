import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { fromWire } from '../../../src/core/api/read-wire.ts'
import { createWireWriter, toWire, type WireOptions } from '../../../src/core/api/wire.ts'
import type { Node } from '../../../src/core/model/node.ts'
import type { Outcome } from '../../../src/core/model/probe.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { listOf, node, path } from '../../support/nodes.ts'
import { failure, fakeSource, reply } from './fake-source.ts'

const fixture = (name: string) =>
  JSON.parse(readFileSync(`test/fixtures/wire/status-${name}.json`, 'utf8'))

/** The answer to one request, as text. */
const written = (snapshot: Snapshot, options?: WireOptions) =>
  createWireWriter(options)(snapshot).toString()

const t0 = Date.UTC(2026, 0, 8, 10, 0, 5)

/** A snapshot made of what a daemon said. */
function relayed(body: unknown): Snapshot {
  const report = fromWire(body, t0)
  const source = fakeSource(report.list)
  source.store.setIntervalMs(report.intervalMs)
  source.store.record(
    report.findings.flatMap(({ path: at, kind, outcome }) => {
      const slot = source.store.slotOf(at)
      return slot === undefined ? [] : [{ slot, kind, outcome }]
    }),
  )
  return { ...source.snapshot(), takenAtMs: report.takenAtMs }
}

test.each(['three-mixed', 'three-healthy', 'durations'])(
  'what a new Cilium daemon said is written back as it was: %s',
  name => {
    const body = fixture(name)
    expect(toWire(relayed(body))).toEqual(body)
  },
)

test('keys come in the order of the real servers', () => {
  const source = fakeSource(listOf(node('a', '192.0.2.1', '10.0.0.1')))
  source.recordAll(reply(t0, 186950))
  const snapshot = { ...source.snapshot(), takenAtMs: t0, intervalMs: 116_754.608942 }
  const probe = '{"lastProbed":"2026-01-08T10:00:05Z","latency":186950}'
  const at = (ip: string) => `{"http":${probe},"icmp":${probe},"ip":"${ip}"}`
  expect(written(snapshot)).toBe(
    `{"local":{"name":"a"},"nodes":[{"endpoint":${at('10.0.0.1')},"health-endpoint":{"primary-address":${at('10.0.0.1')},"secondary-addresses":[]},"host":{"primary-address":${at('192.0.2.1')},"secondary-addresses":[]},"name":"a"}],"probeInterval":"1m56.754608942s","timestamp":"2026-01-08T10:00:05Z"}\n`,
  )
})

test.each([
  ['Asia/Kolkata', '2026-01-08T15:30:05+05:30'],
  ['America/St_Johns', '2026-01-08T06:30:05-03:30'],
  ['Africa/Abidjan', '2026-01-08T10:00:05Z'],
])('times are those of the machine’s zone: %s', (zone, text) => {
  vi.stubEnv('TZ', zone)
  onTestFinished(() => void vi.unstubAllEnvs())
  const source = fakeSource(listOf(node('a', '192.0.2.1')))
  source.recordAll(reply(t0, 186950))
  const { nodes, timestamp } = toWire({ ...source.snapshot(), takenAtMs: t0 })
  expect(timestamp).toBe(text)
  expect(nodes?.[0]?.host?.['primary-address']?.icmp?.lastProbed).toBe(text)
  expect(fromWire({ nodes, timestamp }, 0).takenAtMs).toBe(t0)
})

test('before the first results the nodes are null', () => {
  const snapshot = { ...fakeSource().snapshot(), takenAtMs: t0 }
  expect(written(snapshot)).toBe(
    '{"local":{},"nodes":null,"probeInterval":"0s","timestamp":"2026-01-08T10:00:05Z"}\n',
  )
  expect(toWire({ ...fakeSource(listOf()).snapshot(), takenAtMs: t0 }).nodes).toEqual([])
})

test('an address that was never probed has no results, a node without an endpoint no endpoint', () => {
  const snapshot = fakeSource(listOf(node('a', '192.0.2.1'))).snapshot()
  expect(toWire(snapshot).nodes).toEqual([
    { name: 'a', host: { 'primary-address': { ip: '192.0.2.1' }, 'secondary-addresses': [] } },
  ])
})

test('where the socket could not be opened there is a text, and no time of a probe', () => {
  const source = fakeSource(listOf(node('a', '192.0.2.1')))
  source.recordAll(failure(t0, 'not-permitted'))
  expect(toWire(source.snapshot()).nodes?.[0]?.host?.['primary-address']?.icmp).toEqual({
    status: 'listen ip4:icmp : socket: operation not permitted',
  })
})

test('what is switched off was never probed, for clients of Cilium', () => {
  const source = fakeSource(listOf(node('a', '192.0.2.1')))
  source.recordAll(failure(t0, 'switched-off'))
  expect(toWire(source.snapshot()).nodes?.[0]?.host?.['primary-address']).toEqual({
    ip: '192.0.2.1',
  })
})

test('the port of HTTP probes is the one in the texts', () => {
  const source = fakeSource(listOf(node('a', '192.0.2.1')))
  source.recordAll(failure(t0, 'refused'))
  expect(written(source.snapshot(), { port: 4300 })).toContain(
    'dial tcp 192.0.2.1:4300: connect: connection refused',
  )
})

test('text and objects say the same, change after change', () => {
  const source = fakeSource(listOf(node('a', '192.0.2.1'), node('b', '192.0.2.2', '10.0.0.2')))
  const write = createWireWriter()
  for (const outcome of [reply(t0), failure(t0 + 1000, 'timeout'), reply(t0 + 2000, 3)]) {
    source.recordAll(outcome)
    const snapshot = source.snapshot()
    expect(JSON.parse(write(snapshot).toString())).toEqual(toWire(snapshot))
  }
})

const outcomes: fc.Arbitrary<Outcome | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({
    kind: fc.constant('reply' as const),
    atMs: fc.integer({ min: 1, max: 4e9 }).map(seconds => seconds * 1000),
    rttNs: fc.nat(1e11),
    clock: fc.constant('unknown' as const),
  }),
  fc.record({
    kind: fc.constant('failure' as const),
    atMs: fc.integer({ min: 1, max: 4e9 }).map(seconds => seconds * 1000),
    reason: fc.constantFrom('timeout' as const, 'host-unreachable' as const),
    detail: fc.constant(''),
  }),
)

const clusters = fc.uniqueArray(
  fc.record({ name: fc.stringMatching(/^[a-z0-9/<>&é-]{1,20}$/), outcomes: fc.array(outcomes) }),
  { selector: ({ name }) => name, maxLength: 12 },
)

test('whatever a snapshot says is read back from its JSON', () => {
  fc.assert(
    fc.property(clusters, cluster => {
      const nodes: Node[] = cluster.map(({ name }, index) => ({
        ...node(name, `192.0.2.${index}`),
        paths: [
          path(name, 'host', `192.0.2.${index}`),
          { ...path(name, 'host', `fd00::${index}`), rank: 'secondary' },
          path(name, 'endpoint', `10.0.0.${index}`),
        ],
      }))
      const source = fakeSource(listOf(...nodes))
      const findings = cluster.flatMap(({ outcomes: found }, index) =>
        found.slice(0, 6).flatMap((outcome, turn) => {
          const slot = source.store.paths()[3 * index + (turn % 3)]?.slot
          const kind = turn < 3 ? ('icmp' as const) : ('http' as const)
          return outcome && slot !== undefined ? [{ slot, kind, outcome }] : []
        }),
      )
      source.store.record(findings)
      const report = fromWire(JSON.parse(written(source.snapshot())), 0)
      expect(report.problems).toEqual([])
      expect(report.list.nodes).toEqual(nodes)
      expect(report.intervalMs).toBe(2000)
      expect(
        report.findings.map(({ path: at, kind, outcome }) => ({
          slot: source.store.slotOf(at),
          kind,
          outcome,
        })),
      ).toEqual(expect.arrayContaining(findings))
      expect(report.findings).toHaveLength(findings.length)
    }),
    { numRuns: 50 },
  )
})
