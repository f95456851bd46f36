import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeStatus, parseGo } from '../../../src/core/api/go-decode.ts'

test.each([
  ['', 'unexpected EOF'],
  ['{', 'unexpected EOF'],
  ['{"nodes":[{"name":"a', 'unexpected EOF'],
  ['{"a":1', 'unexpected EOF'],
  ['{"a":-', 'unexpected EOF'],
  ['{"a":1.', 'unexpected EOF'],
  ['["\\u12', 'unexpected EOF'],
  ['nul', 'unexpected EOF'],
  ['hello', "invalid character 'h' looking for beginning of value"],
  ['{"nodes": }', "invalid character '}' looking for beginning of value"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['[01]', "invalid character '1' after array element"],
  ['nulx', "invalid character 'x' in literal null (expecting 'l')"],
  ["['a']", "invalid character '\\'' looking for beginning of value"],
  ['["a\n"]', "invalid character '\\n' in string literal"],
  ['["\\u1234\\x"]', "invalid character 'x' in string escape code"],
  ['["\\u1234\\u12g4"]', "invalid character 'g' in \\u hexadecimal character escape"],
  ['[-a]', "invalid character 'a' in numeric literal"],
  ['[1.e5]', "invalid character 'e' after decimal point in numeric literal"],
  ['[1e+]', "invalid character ']' in exponent of numeric literal"],
  ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
])('%j is refused in the words of Go’s decoder', (text, words) => {
  expect(() => parseGo(text)).toThrow(new Error(words))
})

test.each([
  ['{"a":[1,"x"]} garbage', { a: [1, 'x'] }],
  ['{} {', {}],
  ['  null}', null],
  ['12 x', 12],
  ['"a"]', 'a'],
])('only the first value is read: %j', (text, value) => {
  expect(parseGo(text).value).toEqual(value)
})

test('what is valid is read whatever follows it, and a part of it never is', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 3 }), fc.nat(), (value, cut) => {
      const text = JSON.stringify(value)
      expect(parseGo(`${text}]`).value).toEqual(JSON.parse(text))
      expect(() => parseGo(text.slice(0, cut % text.length))).toThrow('unexpected EOF')
    }),
  )
})

const withLatency = (text: string) => `{"nodes":[{"endpoint":{"icmp":{"latency":${text}}}}]}`

test.each(['1.5', '1e3', '1.0', '99999999999999999999', '9223372036854775808'])(
  'a latency of %s is no integer of Go’s',
  text => {
    const status = parseGo(withLatency(text)).value
    expect(() => decodeStatus(status)).toThrow(
      `json: cannot unmarshal number ${text} into Go struct field ConnectivityStatus.nodes.endpoint.icmp.latency of type int64`,
    )
  },
)

test('a latency that a JavaScript number cannot hold keeps its last digit', () => {
  const latency = (text: string) =>
    decodeStatus(parseGo(withLatency(text)).value).nodes?.[0]?.endpoint?.icmp?.latency
  expect(latency('9007199254740993')).toBe(9007199254740993n)
  expect(latency('-9223372036854775808')).toBe(-9223372036854775808n)
  expect(latency('9007199254740991')).toBe(9007199254740991)
})
