import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatGoDuration, parseGoDuration } from '../../../src/core/model/duration.ts'

test.each([
  [0, '0s'],
  [1, '1ns'],
  [999, '999ns'],
  [1000, '1µs'],
  [1001, '1.001µs'],
  [186_950, '186.95µs'],
  [1_000_000, '1ms'],
  [999_999_999, '999.999999ms'],
  [1_500_000_000, '1.5s'],
  [61_500_000_000, '1m1.5s'],
  [3_600_000_000_000, '1h0m0s'],
  [90_182_123_456_789n, '25h3m2.123456789s'],
  [-1_500_000, '-1.5ms'],
  [-(2n ** 63n), '-2562047h47m16.854775808s'],
  [1.9, '1ns'],
])('%s ns are %s', (ns, text) => {
  expect(formatGoDuration(ns)).toBe(text)
})

test('the durations that a real client printed come out the same', () => {
  const folder = new URL('../../fixtures/golden/cli-1.19dev/durations/', import.meta.url)
  const read = (file: string) => readFileSync(new URL(file, folder), 'utf8')
  const printed = [...read('status-verbose.out').matchAll(/ICMP.*RTT=(\S+)/g)].map(([, rtt]) => rtt)
  const latencies = JSON.parse(read('response.json')).nodes.map(
    (node: { host: { 'primary-address': { icmp: { latency?: number } } } }) =>
      node.host['primary-address'].icmp.latency ?? 0,
  )
  expect(latencies.map(formatGoDuration)).toEqual(printed)
})

test('what was written can be read, to the nanosecond', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), ns => {
      expect(parseGoDuration(formatGoDuration(ns))).toBe(ns)
    }),
  )
})

test.each([
  ['0', 0n],
  ['+5s', 5_000_000_000n],
  ['-.5s', -500_000_000n],
  ['1.s', 1_000_000_000n],
  ['1h15m30.918273645s', 4_530_918_273_645n],
  ['1us', 1000n],
  ['1μs', 1000n],
  ['2s1h', 3_602_000_000_000n],
  ['0.100000000000000000000h', 360_000_000_000n],
  ['9223372036854775807ns', 2n ** 63n - 1n],
  ['-9223372036854775808ns', -(2n ** 63n)],
])('%s is read as Go reads it', (text, ns) => {
  expect(parseGoDuration(text)).toBe(ns)
})

test.each([
  '',
  '3',
  '-',
  's',
  '.s',
  '1.5',
  '1d',
  ' 1s',
  '1s ',
  '+-1s',
  '9223372036854775808ns',
  `${'1'.repeat(70)}s`,
])('%j is no duration', text => {
  expect(parseGoDuration(text)).toBeUndefined()
})
