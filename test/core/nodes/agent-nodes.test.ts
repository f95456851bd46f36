import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  follow,
  readChange,
  shapes,
  strangerId,
  type Told,
} from '../../../src/core/nodes/agent-nodes.ts'

const anyText = fc.string({ unit: fc.nat(0xffff).map(code => String.fromCharCode(code)) })

const nothing: Told = { clientId: strangerId, list: { nodes: [] } }
const element = (name: string, ip: string) =>
  `{"name":"${name}","primary-address":{"ipv4":{"enabled":true,"ip":"${ip}"},"ipv6":{}}}`
const read = (text: string) => {
  const change = readChange(shapes.clusterNodes, text)
  if (typeof change === 'string') throw new Error(change)
  return change
}

test('the client’s number is kept to its last digit', () => {
  expect(read('{"client-id":9223372036854775807,"self":"a"}').clientId).toBe('9223372036854775807')
  expect(read('{"client-id":8723641982374619283}').clientId).toBe('8723641982374619283')
  expect(read('{"self":"a"}').clientId).toBe(strangerId)
})

test('number 0 always means the whole list', () => {
  const first = follow(nothing, read(`{"nodes-added":[${element('a', '10.0.0.1')}]}`))
  const second = follow(first, read(`{"nodes-added":[${element('b', '10.0.0.2')}]}`))
  expect(second.list.nodes.map(node => node.name)).toEqual(['b'])
})

test('the same list in another order is no change', () => {
  const [a, b] = [element('a', '10.0.0.1'), element('b', '10.0.0.2')]
  const first = follow(nothing, read(`{"client-id":1,"nodes-added":[${a},${b}]}`))
  const second = follow(first, read(`{"client-id":2,"nodes-added":[${b},${a}]}`))
  expect(second.clientId).toBe('2')
  expect(second.list).toBe(first.list)
})

test('a name that the agent tells twice is one node', () => {
  const twice = `{"nodes-added":[${element('a', '10.0.0.1')},${element('a', '10.0.0.2')}]}`
  const { list } = follow(nothing, read(twice))
  expect(list.nodes.map(node => node.paths.map(path => path.ip))).toEqual([['10.0.0.2']])
})

test('no answer crashes the reader, and none brings a bad name or address', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('<nil>', '10.0.0.1', 'a', null, true, 1e300),
  )
  const addressing = fc.record(
    {
      ipv4: fc.oneof(value, fc.record({ enabled: value, ip: value }, { requiredKeys: [] })),
      ipv6: value,
    },
    { requiredKeys: [] },
  )
  const fakeElement = fc.record(
    {
      name: value,
      'primary-address': fc.oneof(value, addressing),
      'health-endpoint-address': fc.oneof(value, addressing),
      'secondary-addresses': fc.oneof(value, fc.array(value)),
    },
    { requiredKeys: [] },
  )
  const list = fc.oneof(value, fc.array(fc.oneof(value, fakeElement)))
  const answer = fc.record(
    {
      'client-id': value,
      self: value,
      'nodes-added': list,
      'nodes-removed': list,
      cluster: fc.record({ self: value, nodes: list }),
    },
    { requiredKeys: [] },
  )
  const text = fc.oneof(
    fc.oneof(answer, value).map(data => JSON.stringify(data)),
    anyText,
  )
  fc.assert(
    fc.property(text, fc.constantFrom(...Object.values(shapes)), (text, shape) => {
      const change = readChange(shape, text)
      if (typeof change === 'string') return
      expect(change.clientId).toMatch(/^\d{1,19}$/)
      for (const { name, paths } of follow(nothing, change).list.nodes) {
        expect(name).toMatch(/^[\w./-]+$/)
        for (const { ip } of paths) expect(ip).toMatch(/^[\da-f.:]+$/)
      }
    }),
    { numRuns: 200 },
  )
})
