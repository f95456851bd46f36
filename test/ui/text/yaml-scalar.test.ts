import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { yamlString } from '../../../src/ui/text/yaml-scalar.ts'

test.each([
  ['plain words', 'Connection timed out', 'Connection timed out'],
  ['addresses', '10.244.0.65', '10.244.0.65'],
  ['addresses with colons', 'fd00::1', 'fd00::1'],
  ['durations', '1m46.973890457s', '1m46.973890457s'],
  ['nothing', '', '""'],
  ['numbers', '0.52', '"0.52"'],
  ['numbers with underscores', '1_000', '"1_000"'],
  ['exponents', '1e3', '"1e3"'],
  ['other bases', '0x1F', '"0x1F"'],
  ['sixties', '10:30', '"10:30"'],
  ['times', '2026-01-08T10:00:05Z', '"2026-01-08T10:00:05Z"'],
  ['days', '2026-1-8', '"2026-1-8"'],
  ['days that are none', '2026-02-30', '2026-02-30'],
  ['times without a zone', '2026-01-08 10:00:05', '"2026-01-08 10:00:05"'],
  ['hours that are none', '2026-01-08 25:00:05', '2026-01-08 25:00:05'],
  ['truth', 'true', '"true"'],
  ['old truth', 'no', '"no"'],
  ['null', '~', '"~"'],
  ['a key', 'IPv4: 5/254', "'IPv4: 5/254'"],
  ['a colon at the end', 'a:', "'a:'"],
  ['a comment', 'a #b', "'a #b'"],
  ['no comment', 'a#b', 'a#b'],
  ['a space at the end', 'a ', "'a '"],
  ['a list', '- a', "'- a'"],
  ['no list', '-a', '-a'],
  ['quotes inside', 'Get "x"', 'Get "x"'],
  ['a quote in front', '"x" y', `'"x" y'`],
  ['an apostrophe in front', "'x' y", "'''x'' y'"],
  ['a document', '--- a', "'--- a'"],
  ['a tab', 'a\tb', '"a\\tb"'],
  ['control characters', '\x1b[31m', '"\\e[31m"'],
  ['letters of all scripts', 'é节点', 'é节点'],
  ['characters above U+FFFF', 'a\u{1f600}', '"a\\U0001F600"'],
  ['lines', 'a\nb', '|-\n    a\n    b'],
  ['lines and an end', 'a\n\nb\n', '|\n    a\n\n    b'],
  ['lines that begin with a space', ' a\nb', '|4-\n     a\n    b'],
  ['lines that end with a space', 'a\nb ', '"a\\nb "'],
  ['a return', 'a\r\nb', '"a\\r\\nb"'],
])('%s', (_name, text, written) => {
  expect(yamlString(text, 4)).toBe(written)
})

test('a reader of YAML gets back every text', () => {
  const piece = fc.constantFrom(...'-:#?&*![]{}|>\'"%@`,.~ \n\t01exyno_é\u{1f600}\u0007\u2028')
  const text = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map(all => all.join('')),
    fc.string(),
  )
  fc.assert(
    fc.property(text, text => {
      const document = parseDocument(`key:\n    inner: ${yamlString(text, 8)}\nlast: 1\n`)
      expect(document.errors).toEqual([])
      expect(document.toJS()).toEqual({ key: { inner: text }, last: 1 })
    }),
    { numRuns: 1000 },
  )
})
