import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromWire } from '../../../src/core/api/read-wire.ts'

const fixture = (name: string) =>
  JSON.parse(readFileSync(`test/fixtures/wire/status-${name}.json`, 'utf8'))

const nowMs = Date.UTC(2026, 5, 1)

test('a body of Cilium 1.5 has one endpoint a node, and the time of the cycle for each result', () => {
  const report = fromWire(fixture('v150-shaped'), nowMs)
  expect(report.list.self).toBe('kind-worker')
  expect(report.intervalMs).toBe(0)
  expect(report.takenAtMs).toBe(Date.UTC(2019, 4, 19, 9, 52, 32))
  expect(
    report.list.nodes.map(node => node.paths.map(({ to, rank, ip }) => [to, rank, ip])),
  ).toEqual([
    [
      ['host', 'primary', '172.18.0.3'],
      ['endpoint', 'primary', '10.244.0.65'],
    ],
    [
      ['host', 'primary', '172.18.0.4'],
      ['endpoint', 'primary', '10.244.2.17'],
    ],
    [
      ['host', 'primary', '172.18.0.2'],
      ['endpoint', 'primary', '10.244.1.110'],
    ],
  ])
  expect(report.findings[0]?.outcome).toEqual({
    kind: 'reply',
    atMs: report.takenAtMs,
    rttNs: 412345,
    clock: 'unknown',
  })
  expect(report.findings.filter(({ outcome }) => outcome.kind === 'failure')).toHaveLength(4)
})

test('a new body tells each result with its own time, and the interval', () => {
  const report = fromWire(fixture('three-mixed'), nowMs)
  expect(report.intervalMs).toBeCloseTo(106_973.890457, 5)
  expect(report.findings).toHaveLength(12)
  expect(report.problems).toEqual([])
  const failed = report.findings.filter(({ outcome }) => outcome.kind === 'failure')
  expect(new Set(failed.map(({ outcome }) => (outcome as { reason: string }).reason))).toEqual(
    new Set(['timeout', 'refused']),
  )
})

test.each(['null-nodes-startup', 'empty-nodes-no-local'])(
  'a body without nodes is an empty list: %s',
  name => {
    const report = fromWire(fixture(name), nowMs)
    expect(report.list.nodes).toEqual([])
    expect(report.problems).toEqual([])
  },
)

test('an offset from UTC is understood', () => {
  expect(fromWire({ timestamp: '2026-01-08T11:00:05+01:00' }, nowMs).takenAtMs).toBe(
    Date.UTC(2026, 0, 8, 10, 0, 5),
  )
})

test('what makes no sense is left out and named', () => {
  const good = { name: 'a', host: { 'primary-address': { ip: '192.0.2.1' } } }
  const report = fromWire(
    {
      nodes: [
        good,
        good,
        7,
        { name: '' },
        { name: 'b\x1b[2J', host: { 'primary-address': { ip: '192.0.2.999' } } },
      ],
    },
    nowMs,
  )
  expect(report.list.nodes.map(({ name, paths }) => [name, paths.length])).toEqual([
    ['a', 1],
    ['b [2J', 0],
  ])
  expect(report.problems).toEqual([
    'nodes[1]: "a" is there twice',
    'nodes[2]: no node with a name',
    'nodes[3]: no node with a name',
    '"b [2J": a primary host address is no IP address',
  ])
})

test('no more than 50,000 nodes are read, and few problems are told', () => {
  const nodes = Array.from({ length: 50_010 }, (_, index) => ({
    name: index < 100 ? 'x' : `n${index}`,
  }))
  const report = fromWire({ nodes }, nowMs)
  expect(report.list.nodes).toHaveLength(49_901)
  expect(report.problems).toHaveLength(20)
})

test('a status that is no object is an empty report with a problem', () => {
  for (const body of [null, 3, 'x', [], undefined]) {
    expect(fromWire(body, nowMs).problems).toEqual(['the answer is no object'])
  }
})

const keys = fc.constantFrom(
  ...['nodes', 'local', 'name', 'host', 'health-endpoint', 'endpoint', 'primary-address'],
  ...['secondary-addresses', 'ip', 'icmp', 'http', 'latency', 'status', 'lastProbed', 'timestamp'],
  ...['probeInterval', '__proto__'],
)
const { anything } = fc.letrec(tie => ({
  anything: fc.oneof(
    { depthSize: 'medium' },
    fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
    fc.constantFrom('192.0.2.1', 'fd00::1', '2026-01-08T10:00:05Z', '1m5s'),
    fc.array(tie('anything'), { maxLength: 5 }),
    fc.dictionary(keys, tie('anything'), { maxKeys: 8 }),
  ),
}))

test('hostile bodies end in a report whose numbers are sound', () => {
  fc.assert(
    fc.property(fc.dictionary(keys, anything), body => {
      const report = fromWire(body, nowMs)
      for (const { outcome } of report.findings) {
        expect(outcome.atMs).toBeGreaterThan(0)
        if (outcome.kind === 'reply') expect(outcome.rttNs).toBeGreaterThanOrEqual(0)
      }
      expect(report.intervalMs).toBeGreaterThanOrEqual(0)
      expect(Number.isFinite(report.takenAtMs)).toBe(true)
    }),
    { numRuns: 300 },
  )
})
