import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatStatus } from '../../../src/ui/text/status.ts'
import { casesOf, golden, goldenJson } from './golden.ts'

// There the real client lists no nodes: it stops when the lines printed, 0, are the limit, 0.
const defects = ['local-not-in-list', 'no-local-field']
const cases = casesOf('1.19dev').filter(name => !defects.includes(name))

test.each(cases)('%s: prints what the real client prints', name => {
  const response = goldenJson(`cli-1.19dev/${name}/response.json`)
  expect(formatStatus(response)).toBe(golden(`cli-1.19dev/${name}/status.out`))
  expect(formatStatus(response, { verbose: true })).toBe(
    golden(`cli-1.19dev/${name}/status-verbose.out`),
  )
})

test('without the local node in the list, or without its name, all nodes are listed', () => {
  expect(formatStatus(goldenJson('cli-1.19dev/local-not-in-list/response.json'))).toBe(
    'Cluster health:        2/3 reachable   (2026-01-08T10:00:00Z)   (Probe interval: 1m0s)\n' +
      'Name                   IP              Node                     Endpoints\n' +
      '  kind-control-plane   172.18.0.3      1/1                      1/1\n' +
      '  kind-worker          172.18.0.2      1/1                      1/1\n' +
      '  kind-worker2         172.18.0.4      0/1                      0/1\n',
  )
  const verbose = formatStatus(goldenJson('cli-1.19dev/no-local-field/response.json'), {
    verbose: true,
  })
  expect(verbose).toContain('\n  kind-worker:\n')
  expect(verbose).toContain('\n  kind-worker2:\n')
  expect(verbose).not.toContain('localhost')
})

const good = { latency: 1_000_000, lastProbed: 'T' }
const bad = { status: 'failed', lastProbed: 'T' }
const path = (ip: string, icmp: unknown = good, http: unknown = good) => ({ ip, icmp, http })
const node = (name: string, host: unknown, endpoint: unknown = null) => ({
  name,
  host: { 'primary-address': host, 'secondary-addresses': [] },
  'health-endpoint': endpoint,
})
const response = (nodes: readonly unknown[], local = 'n1') => ({
  local: { name: local },
  nodes,
  timestamp: 'T',
  probeInterval: '1m0s',
})
const rows = (text: string) => text.split('\n').slice(2, -1)
const names = (text: string) => rows(text).map(row => row.trim().split(/ {2,}/)[0])

test('both addresses of a dual-stack node stand in one row and count as two paths', () => {
  const both = {
    'primary-address': path('10.0.0.1'),
    'secondary-addresses': [path('fd00::1', bad), null],
  }
  expect(
    rows(formatStatus(response([{ name: 'n1', host: both, 'health-endpoint': both }]))),
  ).toEqual(['  n1 (localhost)   10.0.0.1,fd00::1   1/3    1/3'])
})

test('the tree of a dual-stack node names its second addresses, and says nil for none', () => {
  const both = { 'primary-address': null, 'secondary-addresses': [path('fd00::1', bad), null] }
  expect(
    rows(formatStatus(response([{ name: 'n', 'health-endpoint': both }]), { verbose: true })),
  ).toEqual([
    '  n:',
    '    Host connectivity:       nil',
    '    Endpoint connectivity:   nil',
    '    Secondary Endpoint connectivity to fd00::1:',
    '      ICMP to stack:                   failed        (Last probed: T)',
    '      HTTP to agent:                   OK, RTT=1ms   (Last probed: T)',
    '    Secondary Endpoint connectivity:   nil',
  ])
})

test('a node without a host address is unavailable and unhealthy; one without a host is well', () => {
  const text = formatStatus(response([node('gone', null), { name: 'bare' }]))
  expect(text).toContain('1/2 reachable')
  expect(rows(text)).toEqual([
    '  bare            Unavailable     0/0    0/0',
    '  gone            Unavailable     0/1    0/0',
  ])
})

test('names are ordered by their bytes, the local node before all', () => {
  const nodes = ['n2', 'n10', 'n1', 'N', '\uffee', '\u{1f600}', 'é', ''].map(name =>
    node(name, path('::')),
  )
  expect(names(formatStatus(response(nodes)))).toEqual([
    'n1 (localhost)',
    '::',
    'N',
    'n10',
    'n2',
    'é',
    '\uffee',
    '\u{1f600}',
  ])
})

test('the node without a name is the local one when the local name is empty', () => {
  expect(rows(formatStatus(response([node('', path('::'))], '')))).toEqual([
    '   (localhost)    ::              1/1    0/0',
  ])
})

test('columns are as wide as code points, not bytes or cells of a terminal', () => {
  const nodes = [node('节点-日本', path('1')), node('\u{1f600}'.repeat(20), path('2'))]
  expect(rows(formatStatus(response(nodes)))).toEqual([
    `  节点-日本${' '.repeat(18)}1               1/1    0/0`,
    `  ${'\u{1f600}'.repeat(20)}   2               1/1    0/0`,
  ])
})

test('a line end inside a status breaks the line, and a tab begins a cell', () => {
  const text = formatStatus(response([node('n', path('1', { status: 'a\nb\tc' }))]), {
    verbose: true,
  })
  expect(rows(text).slice(2, 5)).toEqual([
    '      ICMP to stack:         a',
    'b                            c             (Last probed: )',
    '      HTTP to agent:         OK, RTT=1ms   (Last probed: T)',
  ])
})

const many = (count: number, probe: unknown) =>
  Array.from({ length: count }, (_, index) => node(`n${index}`, path(`${index}`, probe)))

test('inside cilium status only the unhealthy are listed, ten of them, then dots', () => {
  const few = { allNodes: false, maxLines: 10 }
  expect(rows(formatStatus(response(many(4, good)), few))).toEqual([])
  expect(rows(formatStatus(response(many(10, bad)), few))).toHaveLength(10)
  const cut = rows(formatStatus(response(many(11, bad)), few))
  expect([cut.length, cut.at(-1)]).toEqual([11, '  ...'])
})

test('healthy rows use up the dots: so does Cilium', () => {
  const nodes = [...many(10, good), node('z', path('9', bad))]
  expect(rows(formatStatus(response(nodes), { maxLines: 10 })).at(-1)).not.toBe('  ...')
})

test('the tree lists healthy nodes too, up to the limit', () => {
  const text = formatStatus(response(many(11, bad)), { verbose: true, maxLines: 10 })
  expect(text.match(/ {2}n\d+.*:\n/g)).toHaveLength(10)
  expect(text.endsWith('\n  ...\n')).toBe(true)
})

test('whatever comes, there is a text', () => {
  fc.assert(
    fc.property(fc.anything(), fc.boolean(), (anything, verbose) => {
      const nested = response([anything, node('n', anything), node('m', path('1', anything))])
      for (const given of [anything, nested]) {
        expect(formatStatus(given, { verbose })).toMatch(/^Cluster health:/)
      }
    }),
  )
})
