import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toJson } from '../../../src/ui/text/json.ts'
import { readStatus } from '../../../src/ui/text/read-status.ts'
import { isOldAgent, parseResponse, readHealth } from '../../../src/ui/text/received.ts'
import { anything } from '../../../src/ui/text/shape.ts'

test('integers too large for a number keep their digits; all else is plain JSON', () => {
  expect(
    parseResponse('{"id":8723641982374619283,"n":1,"x":1.5e300,"s":"8723641982374619283"}'),
  ).toEqual({ id: 8723641982374619283n, n: 1, x: 1.5e300, s: '8723641982374619283' })
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const text = JSON.stringify(value)
      const printed = toJson(anything, parseResponse(text))
      expect(printed).toBe(toJson(anything, JSON.parse(text)))
    }),
  )
})

test('what is no JSON is refused', () => {
  expect(() => parseResponse('hello')).toThrow(SyntaxError)
})

test('missing and wrong parts have their zero values, and null nodes are gone', () => {
  expect(readStatus({ local: 5, nodes: [null, { name: 7 }], timestamp: [] })).toEqual({
    local: null,
    nodes: [{ name: '', host: null, 'health-endpoint': null, endpoint: null }],
    probeInterval: '',
    timestamp: '',
  })
})

test('an agent is old when it lists addresses and has no sentence about them', () => {
  const agent = (ipam: unknown) => isOldAgent(readHealth({ cilium: { ipam } }))
  expect(agent({ ipv4: ['10.0.0.1'], ipv6: [] })).toBe(true)
  expect(agent({ ipv4: ['10.0.0.1'], status: 'IPv4: 1/254' })).toBe(false)
  expect([agent({}), agent(null)]).toEqual([false, false])
})
