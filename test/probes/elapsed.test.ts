import { expect, test } from 'vitest'
import { elapsedNs } from '../../src/probes/elapsed.ts'

const hourNs = 3600e9
const sentNs = 10 * hourNs

test('without a step it is the difference of the stamps, never below zero', () => {
  const departure = { sentNs, offsetNs: 5 }
  const at = (stampNs: number) => ({ stampNs, nowNs: stampNs + 1e6, offsetNs: 7 })
  expect(elapsedNs(departure, at(sentNs + 42_000))).toBe(42_000)
  expect(elapsedNs(departure, at(sentNs - 50))).toBe(0)
})

test.each([
  ['forward', hourNs],
  ['back', -hourNs],
])('a clock set %s between departure and arrival is taken out', (_, step) => {
  const departure = { sentNs, offsetNs: 0 }
  const arrived = sentNs + step + 300_000
  const arrival = { stampNs: arrived, nowNs: arrived + 1e6, offsetNs: step }
  expect(elapsedNs(departure, arrival)).toBe(300_000)
})

test.each([
  ['forward', hourNs],
  ['back', -hourNs],
])('a clock set %s after the arrival but before it was read changes nothing', (_, step) => {
  const departure = { sentNs, offsetNs: 0 }
  const arrival = { stampNs: sentNs + 300_000, nowNs: sentNs + 5e6 + step, offsetNs: step }
  expect(elapsedNs(departure, arrival)).toBe(300_000)
})
