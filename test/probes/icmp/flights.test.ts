import { expect, test } from 'vitest'
import { answered, createFlightRing, flying } from '../../../src/probes/icmp/flights.ts'
import { peerOf } from '../../support/prober.ts'

const peer = peerOf('127.0.0.1')

test('a probe is found by its serial and token, and by nothing else', () => {
  const ring = createFlightRing(1, 3, 4)
  const row = ring.begin(peer, 0)
  const { serials, tokenHighs, tokenLows } = ring.flights()
  const [serial, tokenHigh, tokenLow] = [
    serials[row] ?? 0,
    tokenHighs[row] ?? 0,
    tokenLows[row] ?? 0,
  ]
  const echo = { serial, tokenHigh, tokenLow }
  expect(ring.find(echo)).toBe(row)
  expect(ring.find({ ...echo, tokenLow: ~tokenLow >>> 0 })).toBe(-1)
  expect(ring.find({ ...echo, tokenHigh: ~tokenHigh >>> 0 })).toBe(-1)
  expect(ring.find({ ...echo, serial: (serial + 1) >>> 0 })).toBe(-1)
})

test('rows are used again once their probe landed; those that fly keep theirs', () => {
  const ring = createFlightRing(1, 3, 4)
  const first = ring.begin(peer, 0)
  const serial = ring.flights().serials[first] ?? 0
  const tokenHigh = ring.flights().tokenHighs[first] ?? 0
  const tokenLow = ring.flights().tokenLows[first] ?? 0
  const echo = { serial, tokenHigh, tokenLow }
  for (let more = 0; more < 1000; more += 1) {
    const row = ring.begin(peer, 1)
    ring.flights().states[row] = answered
  }
  const row = ring.find(echo)
  expect(ring.flights().states[row]).toBe(flying)
  expect(ring.flights().states.length).toBeGreaterThan(1000)
  ring.flights().states[row] = answered
  for (let more = 0; more < 5000; more += 1) ring.flights().states[ring.begin(peer, 2)] = answered
  expect(ring.find(echo)).toBe(-1)
  expect(ring.flights().states.length).toBeLessThan(3000)
})

test('each probe that still flies is met once at each age, in order', () => {
  const ring = createFlightRing(2, 3, 2)
  const met: string[] = []
  for (const beganMs of [0, 5, 6]) ring.begin(peer, beganMs)
  const pass = (nowMs: number) => {
    for (const [stage, age] of [10, 20].entries())
      ring.pass(stage, age, nowMs, row => {
        met.push(`${stage}:${ring.flights().beganMs[row]}`)
      })
  }
  pass(9)
  expect(met).toEqual([])
  pass(12)
  pass(12)
  expect(met).toEqual(['0:0'])
  const second = ring.flights().beganMs.indexOf(5)
  ring.flights().states[second] = answered
  pass(30)
  expect(met).toEqual(['0:0', '0:6', '1:0', '1:6'])
})
