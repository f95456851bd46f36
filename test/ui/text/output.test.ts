import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { formatOutput, type OutputKind } from '../../../src/ui/text/output.ts'
import { parseResponse } from '../../../src/ui/text/received.ts'
import { casesOf, golden, goldenJson } from './golden.ts'

const utf16 = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x7f })))
  .map(units => String.fromCharCode(...units))

const textOf = (received: unknown, spec: string, of: OutputKind): string => {
  const output = formatOutput(received, spec, of)
  return output.kind === 'text' ? output.text : output.kind
}

test.each(casesOf('1.19dev'))('%s: JSON and YAML as the real client prints them', name => {
  const response = goldenJson(`cli-1.19dev/${name}/response.json`)
  expect(textOf(response, 'json', 'status')).toBe(golden(`cli-1.19dev/${name}/status-json.out`))
  expect(textOf(response, 'yaml', 'status')).toBe(golden(`cli-1.19dev/${name}/status-yaml.out`))
})

test.each(casesOf('1.5.0'))('%s: JSON as the client of 1.5 prints it', name => {
  const response = goldenJson(`cli-1.5.0/${name}/response.json`)
  expect(textOf(response, 'json', 'status-1.5')).toBe(golden(`cli-1.5.0/${name}/status-json.out`))
})

test.each(['1.19dev', '1.5.0'])("%s: the agent's health as the real client prints it", version => {
  const response = goldenJson(`get/${version}-response.json`)
  expect(textOf(response, 'json', 'health')).toBe(golden(`get/${version}-get-json.out`))
  const template = 'jsonpath={.system-load.last1min} {.cilium.cilium.state}'
  expect(textOf(response, template, 'health')).toBe(golden(`get/${version}-get-jsonpath.out`))
})

test("the agent's health in YAML has every field that the agent could have sent", () => {
  expect(textOf(goldenJson('get/1.19dev-response.json'), 'yaml', 'health')).toBe(
    golden('get/1.19dev-get-yaml.out'),
  )
})

test.each([
  ['names', '{.nodes[*].name}'],
  ['missing', '{.nope}'],
  ['go', '{.Nodes[0].Host.PrimaryAddress.Icmp.Latency}'],
])('jsonpath, %s: as the real client prints it', (file, template) => {
  const response = goldenJson('cli-1.19dev/three-mixed/response.json')
  expect(textOf(response, `jsonpath=${template}`, 'status')).toBe(
    golden(`cli-1.19dev/three-mixed/status-jsonpath-${file}.out`),
  )
})

test('a format that is none is told apart from a template that is wrong', () => {
  expect(formatOutput({}, 'table', 'status')).toEqual({ kind: 'unsupported' })
  expect(formatOutput({}, 'jsonpath={', 'status')).toEqual({
    kind: 'bad-jsonpath',
    message: "Couldn't parse jsonpath expression: 'unclosed action'",
  })
})

test('an empty template prints JSON', () => {
  expect(textOf({}, 'jsonpath=', 'status')).toBe('{\n  "nodes": null\n}\n\n')
})

test('JSON escapes what means something in HTML, and what JavaScript takes for a line end', () => {
  const name = '<a href="b">&\u2028\u2029\t\u0001\u007fé\u{1f600}'
  expect(textOf({ local: { name } }, 'json', 'status')).toContain(
    '"\\u003ca href=\\"b\\"\\u003e\\u0026\\u2028\\u2029\\t\\u0001\u007fé\u{1f600}"',
  )
})

test('half a character becomes the replacement character, as in Go', () => {
  expect(textOf(JSON.parse('{"timestamp":"a\\ud800"}'), 'json', 'status')).toContain('"a\ufffd"')
})

test('lists that were not sent are null in JSON and empty in YAML; unknown fields vanish', () => {
  const response = { nodes: [{ name: 'n', host: {}, zone: 'eu' }, null], new: 1 }
  expect(JSON.parse(textOf(response, 'json', 'status'))).toEqual({
    nodes: [{ host: { 'secondary-addresses': null }, name: 'n' }, null],
  })
  expect(textOf(response, 'yaml', 'status')).toBe(
    `local: null
nodes:
    - endpoint: null
      healthendpoint: null
      host:
        primaryaddress: null
        secondaryaddresses: []
      name: "n"
    - null
probeinterval: ""
timestamp: ""

`,
  )
})

test('kube-proxy’s annotations come first, and are there when they were not sent', () => {
  const health = (features: object) => ({ cilium: { 'kube-proxy-replacement': { features } } })
  const annotations = ['service.cilium.io/type']
  expect(textOf(health({}), 'json', 'health')).toContain(
    '"features": {\n        "annotations": null',
  )
  expect(textOf(health({}), 'yaml', 'health')).toContain('features:\n            annotations: []\n')
  expect(textOf(health({ annotations }), 'json', 'health')).toContain('"service.cilium.io/type"\n')
})

test('a map that was not sent is left out of JSON, empty in YAML, and null in a template', () => {
  expect(textOf({}, 'json', 'health')).not.toContain('stale')
  expect(textOf({}, 'yaml', 'health')).toContain('stale: {}\n')
  expect(textOf({}, 'jsonpath={.cilium.stale}', 'health')).toBe('null\n')
})

test('a number that JavaScript cannot hold is printed digit for digit', () => {
  const body =
    '{"nodes":[{"endpoint":{"icmp":{"latency":9223372036854775807},"http":{"latency":-1}}}]}'
  const response = parseResponse(body)
  expect(textOf(response, 'json', 'status')).toContain('"latency": 9223372036854775807')
  expect(textOf(response, 'yaml', 'status')).toContain('latency: 9223372036854775807')
  expect(textOf(response, 'jsonpath={.nodes[0].endpoint.icmp.latency}', 'status')).toBe(
    '9223372036854775807\n',
  )
})

test('any other value is printed as it is, its keys in order', () => {
  const value = { b: [1, { c: null }], a: 'x' }
  expect(textOf(value, 'json', 'any')).toBe(
    `${'{\n  "a": "x",\n  "b": [\n    1,\n    {\n'}${'      "c": null\n    }\n  ]\n}\n\n'}`,
  )
  expect(textOf(value, 'yaml', 'any')).toBe('a: x\nb:\n    - 1\n    - c: null\n\n')
})

test('the keys of a map are in order, numbers inside of them too', () => {
  const allocations = { '10.0.0.10': 'b', '10.0.0.9': 'a', router: 'c' }
  expect(textOf({ cilium: { ipam: { allocations } } }, 'yaml', 'health')).toContain(
    '        allocations:\n            10.0.0.9: a\n            10.0.0.10: b\n            router: c\n',
  )
})

test('whatever comes, the JSON and the YAML can be read and say the same', () => {
  // go-yaml's own mistake, which we repeat: a block that begins with a space, inside of a list.
  const name = utf16.filter(name => !/^[ \n]/.test(name))
  fc.assert(
    fc.property(name, fc.anything(), (name, anything) => {
      const response = { local: { name }, nodes: [{ name, host: anything, endpoint: anything }] }
      const json = JSON.parse(textOf(response, 'json', 'status'))
      const yaml = parse(textOf(response, 'yaml', 'status'))
      expect(json.local?.name ?? '').toBe(name.toWellFormed())
      expect([yaml.local.name, yaml.nodes[0].name]).toEqual([
        name.toWellFormed(),
        name.toWellFormed(),
      ])
    }),
  )
})
