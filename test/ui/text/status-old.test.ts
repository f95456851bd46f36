import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatProbeTable, formatProbeTree } from '../../../src/ui/text/status-old.ts'
import { casesOf, golden, goldenJson } from './golden.ts'

test.each(casesOf('1.5.0'))('%s: prints what the client of 1.5 prints', name => {
  const response = goldenJson(`cli-1.5.0/${name}/response.json`)
  expect(formatProbeTree(response)).toBe(golden(`cli-1.5.0/${name}/status.out`))
  expect(formatProbeTree(response, { verbose: true })).toBe(
    golden(`cli-1.5.0/${name}/status-verbose.out`),
  )
  expect(formatProbeTable(response)).toBe(golden(`cli-1.5.0/${name}/status-succinct.out`))
})

const good = { latency: 1000 }
const both = (ip: string) => ({ ip, icmp: good, http: good })

test('secondary addresses show only in the verbose tree, one step deeper', () => {
  const host = { 'primary-address': both('1'), 'secondary-addresses': [both('2'), null] }
  const response = { nodes: [{ name: 'n', host, endpoint: both('3') }], timestamp: 'T' }
  expect(formatProbeTree(response)).not.toContain('Secondary')
  expect(formatProbeTree(response, { verbose: true }).split('\n').slice(6, 10)).toEqual([
    '      Secondary connectivity to 2:',
    '        ICMP to stack:          OK, RTT=1µs',
    '        HTTP to agent:          OK, RTT=1µs',
    '      Secondary connectivity:   nil',
  ])
})

test('a node that was not probed yet is down: 1.5 has no third state', () => {
  const host = { 'primary-address': { ip: '1', icmp: good }, 'secondary-addresses': [] }
  const table = formatProbeTable({ nodes: [{ name: 'n', host }], timestamp: 'T' })
  expect(table).toContain('0/1 reachable')
  expect(table).toContain('  n               1               false       false\n')
})

test('whatever comes, there is a text', () => {
  fc.assert(
    fc.property(fc.anything(), anything => {
      const response = { nodes: [anything, { host: anything, endpoint: anything }] }
      expect(formatProbeTree(response, { verbose: true })).toMatch(/^Probe time:/)
      expect(formatProbeTable(anything)).toMatch(/^Cluster health:/)
    }),
  )
})
