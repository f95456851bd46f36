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

const nothing: Told = { clientId: strangerId, list: { nodes: [] }, faults: [] }
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
  expect(read('{"client-id":-5}').clientId).toBe('-5')
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
      expect(change.clientId).toMatch(/^-?\d{1,19}$/)
      for (const { name, paths } of follow(nothing, change).list.nodes) {
        expect(name).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]{1,318}$/u)
        for (const { ip } of paths) expect(ip).toMatch(/^[\da-f.:]+$/)
      }
    }),
    { numRuns: 200 },
  )
})

test.each(['[]', '[1]', 'null', '"a"', '7'])('%s is no answer, whichever is expected', text => {
  for (const shape of Object.values(shapes)) {
    expect(readChange(shape, text)).toBe('the answer is no JSON object')
  }
  expect(readChange(shapes.agentHealth, `{"cluster":${text}}`)).toMatch(/not understood/)
})

test('an odd address is lost alone, and told; its node keeps the others', () => {
  const odd = `{"name":"a","primary-address":{"ipv4":{"enabled":true,"ip":"300.1.1.1"}},
    "health-endpoint-address":{"ipv4":{"enabled":true,"ip":"10.1.0.1"}},
    "secondary-addresses":[{"enabled":true,"ip":"10.0.0.8"},{"enabled":true,"ip":7},null]}`
  const change = read(`{"nodes-added":[${odd},${element('b', '10.0.0.2')}]}`)
  expect(change.added.map(({ paths }) => paths.map(({ ip }) => ip))).toEqual([
    ['10.0.0.8', '10.1.0.1'],
    ['10.0.0.2'],
  ])
  expect(change.faults.map(({ text }) => text)).toEqual([
    '"a": "300.1.1.1" is no IP address',
    expect.stringMatching(/^"a": /),
  ])
})

test('the agent is the authority on names, unless one could harm a terminal', () => {
  const names = ['日本', 'sp ace', 'a/b/c', 'x'.repeat(300)]
  const elements = names.map((name, index) => element(name, `10.0.0.${index + 1}`))
  expect(read(`{"nodes-added":[${elements}]}`).added.map(({ name }) => name)).toEqual(names)
  const bad = [element('', '10.0.0.1'), element('x'.repeat(319), '10.0.0.2'), '5', 'null', '[]']
  const { added, faults } = read(`{"nodes-added":[${bad},${element('\\u001b[31m', '10.0.0.3')}]}`)
  expect(added).toEqual([])
  expect(faults).toHaveLength(6)
})

test('what was left out costs no number, and stays told until something new is told of it', () => {
  const bad = element('b', '300.1.1.1')
  const first = follow(
    nothing,
    read(`{"client-id":1,"nodes-added":[${element('a', '10.0.0.1')},${bad}]}`),
  )
  expect(first).toMatchObject({ clientId: '1', faults: [{ node: 'b' }] })
  const same = follow(first, read('{"client-id":1}'))
  expect(same.faults).toEqual(first.faults)
  const worse = follow(
    same,
    read(`{"client-id":1,"nodes-added":[${bad}],"nodes-removed":[${bad}]}`),
  )
  expect(worse.faults).toHaveLength(1)
  const better = read(`{"client-id":1,"nodes-added":[${element('b', '10.0.0.2')}]}`)
  expect(follow(worse, better).faults).toEqual([])
  expect(follow(worse, read(`{"client-id":1,"nodes-removed":[${bad}]}`)).faults).toEqual([])
  expect(follow(worse, read('{"client-id":2}')).faults).toEqual([])
})
