import fc from 'fast-check'
import { expect, test } from 'vitest'
import { healthStatusResponse } from '../../../src/ui/text/health-shapes.ts'
import { evaluateJsonPath } from '../../../src/ui/text/jsonpath.ts'
import { anything, fill } from '../../../src/ui/text/shape.ts'
import { goldenJson } from './golden.ts'

const value = fill(healthStatusResponse, goldenJson('cli-1.19dev/three-mixed/response.json'))
const evaluate = (template: string) =>
  evaluateJsonPath(template, { shape: healthStatusResponse, value })

test.each([
  ['text outside of braces stays', 'a {.timestamp} b', 'a 2026-01-08T10:00:00Z b'],
  ['the root may be named', '{$.timestamp}', '2026-01-08T10:00:00Z'],
  ['a field in brackets', "{.nodes[0]['name']}", 'kind-control-plane'],
  [
    'a field with an escaped dash',
    '{.nodes[0].health\\-endpoint.primary-address.ip}',
    '10.244.0.65',
  ],
  ['fields by the names that Go has', '{.ProbeInterval}', '1m46.973890457s'],
  ['all elements', '{.nodes[*].name}', 'kind-control-plane kind-worker2 kind-worker'],
  ['an index from the end', '{.nodes[-1].name}', 'kind-worker'],
  ['a slice', '{.nodes[0:2].name}', 'kind-control-plane kind-worker2'],
  ['a slice from the end', '{.nodes[-2:].name}', 'kind-worker2 kind-worker'],
  ['a slice with steps', '{.nodes[::2].name}', 'kind-control-plane kind-worker'],
  ['an empty slice', '{.nodes[1:1].name}', ''],
  ['a union of indices', '{.nodes[2,0].name}', 'kind-worker kind-control-plane'],
  ['a union of fields', "{.nodes[0].endpoint['ip', 'icmp'].latency}", '390001'],
  [
    'all fields, also the empty ones',
    '{.nodes[1].endpoint.icmp.*}',
    '2026-01-08T10:00:15Z 0 Connection timed out',
  ],
  ['fields at any depth', '{.nodes[2]..latency}', '456136 154675 456136 154675 527359 186950'],
  ['fields at any depth, with zero values', '{.nodes[1].endpoint..latency}', '0 0'],
  ['a filter by text', '{.nodes[?(@.name=="kind-worker")].endpoint.ip}', '10.244.1.110'],
  [
    'a filter by another text',
    "{.nodes[?(@.name!='kind-worker')].endpoint.ip}",
    '10.244.0.65 10.244.2.17',
  ],
  ['a filter by number', '{.nodes[?(@.endpoint.icmp.latency>200000)].name}', 'kind-control-plane'],
  [
    'a filter by what is there',
    '{.nodes[?(@.name)].name}',
    'kind-control-plane kind-worker2 kind-worker',
  ],
  ['a filter with a parenthesis in quotes', '{.nodes[?(@.name=="a)")].name}', ''],
  [
    'a loop',
    '{range .nodes[*]}{.name}{"\\t"}{.endpoint.ip}{"\\n"}{end}.',
    'kind-control-plane\t10.244.0.65\nkind-worker2\t10.244.2.17\nkind-worker\t10.244.1.110\n.',
  ],
  [
    'a loop in a loop',
    '{range .nodes[0:2]}[{range .endpoint}{.ip}{end}]{end}',
    '[10.244.0.65][10.244.2.17]',
  ],
  ['a loop over nothing', 'a{range .nope[*]}{.name}{end}b', 'ab'],
  ['quoted text with escapes', '{"\\u00b5\\t\\x41\\101\\""}', 'µ\tAA"'],
  ['single quotes', "{'a\"b'}", 'a"b'],
  ['numbers and truth', '{1}{-2.5}{true}', '1-2.5true'],
  ['missing keys print nothing', '{.nope.deeper[0]}', ''],
  ['a field without a name is none', '{.}', ''],
  ['a list prints as JSON', '{.nodes[0].host.secondary-addresses}', '[]'],
  [
    'a flat struct prints as Go prints it',
    '{.nodes[0].endpoint.icmp}',
    '{2026-01-08T10:00:05Z 390001 }',
  ],
  [
    'a deeper one prints as JSON',
    '{.nodes[1].endpoint}',
    '{"http":{"lastProbed":"2026-01-08T10:00:15Z","status":"Get \\"http://10.244.2.17:4240/hello\\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"},"icmp":{"lastProbed":"2026-01-08T10:00:15Z","status":"Connection timed out"},"ip":"10.244.2.17"}',
  ],
])('%s', (_rule, template, text) => {
  expect(evaluate(template)).toEqual({ kind: 'text', text })
})

test.each([
  ['{.nodes', 'unclosed action'],
  ['{.nodes[0', 'unterminated array'],
  ['{.nodes[x]}', 'invalid array index x'],
  ['{.nodes[-]}', 'array index - is not a number'],
  ['{.nodes[3]}', 'array index out of bounds: index 3, length 3'],
  ['{.nodes[2:1]}', 'starting index 2 is greater than ending index 1'],
  ['{.nodes[0:9]}', 'array index out of bounds: index 8, length 3'],
  ['{.nodes[::0]}', 'step must be > 0'],
  ['{.timestamp[0]}', 'string is not array or slice'],
  ['{~}', "unrecognized character in action: U+007E '~'"],
  ['{"a}', 'unterminated quoted string'],
  ['{"\\q"}', 'unquote string "\\q" error invalid syntax'],
  ['{1.2.3}', 'cannot parse number 1.2.3'],
  ['{nope}', 'unrecognized identifier nope'],
  ['{end}', 'not in range, nothing to end'],
  ['{....x}', 'invalid multiple recursive descent'],
  ['{.nodes[?(@.name=="a"]}', 'unterminated filter'],
  ['{.nodes[?(@.name)}', 'unclosed array expect ]'],
  ['{.nodes[?(@.name==1)]}', 'incompatible types for comparison'],
  ['{.nodes[?(@.name=!"a")]}', 'unrecognized filter operator =!'],
  ['{.nodes[?(@.endpoint==1)]}', 'invalid type for comparison'],
  ['{.nodes[?(@..ip=="a")]}', 'can only compare one element at a time'],
])('%s is refused: %s', (template, reason) => {
  expect(evaluate(template)).toEqual({ kind: 'failed', reason })
})

test('nothing where a struct could be prints as Go prints a nil pointer', () => {
  const empty = { shape: healthStatusResponse, value: fill(healthStatusResponse, {}) }
  expect(evaluateJsonPath('{.local}', empty)).toEqual({ kind: 'text', text: '<nil>' })
  expect(evaluateJsonPath('{.nodes}', empty)).toEqual({ kind: 'text', text: 'null' })
})

test('values without a type are walked as maps', () => {
  const root = { shape: anything, value: { b: { 'x.y': 1 }, a: [true, null] } }
  expect(evaluateJsonPath('{.b.x\\.y} {.a[*]} {.*}', root)).toEqual({
    kind: 'text',
    text: '1 true null [true,null] {"x.y":1}',
  })
})

test('a template is filled or refused, whatever it is', () => {
  const piece = fc.constantFrom(...'{}[]().,:?@$*"\'\\=<~ -01', 'range ', 'end', '.nodes', '..name')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      expect(['text', 'failed']).toContain(evaluate(pieces.join('')).kind)
    }),
    { numRuns: 1000 },
  )
})
