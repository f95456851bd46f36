import { expect, test } from 'vitest'
import { elapsedNs } from '../../src/probes/elapsed.ts'

const hourNs = 3600e9
const sentNs = 10 * hourNs

test('without a step it is the difference of the stamps', () => {
  const stampNs = sentNs + 42_000
  expect(elapsedNs(sentNs, 5, stampNs, 7, () => stampNs + 1e6)).toBe(42_000)
})

test('a clock set back by less than a millisecond makes no reply come in no time', () => {
  const stampNs = sentNs - 400_000
  expect(elapsedNs(sentNs, 0, stampNs, -500_000, () => stampNs + 20_000)).toBe(100_000)
})

test('an arrival before its departure that no step explains was there when it was read', () => {
  const stampNs = sentNs - 50
  expect(elapsedNs(sentNs, 5, stampNs, 7, () => stampNs + 30_000)).toBe(29_948)
})

test.each([
  ['forward', hourNs],
  ['back', -hourNs],
])('a clock set %s between departure and arrival is taken out', (_, step) => {
  const arrivedNs = sentNs + step + 300_000
  expect(elapsedNs(sentNs, 0, arrivedNs, step, () => arrivedNs + 1e6)).toBe(300_000)
})

test.each([
  ['forward', hourNs],
  ['back', -hourNs],
])('a clock set %s after the arrival but before it was read changes nothing', (_, step) => {
  const nowNs = () => sentNs + 5e6 + step
  expect(elapsedNs(sentNs, 0, sentNs + 300_000, step, nowNs)).toBe(300_000)
})
