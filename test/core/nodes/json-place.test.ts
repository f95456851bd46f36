import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonPlace } from '../../../src/core/nodes/json-place.ts'

test('finds a value by its path', () => {
  const text = '{ "a\\"]": [1, {"b" : "x"}, []],\n "c": null }'
  expect(text.slice(jsonPlace(text, ['a"]', 1, 'b']))).toMatch(/^"x"/)
  expect(text.slice(jsonPlace(text, ['a"]', 2]))).toMatch(/^\[\]\]/)
  expect(text.slice(jsonPlace(text, ['c']))).toMatch(/^null/)
})

test('stops at the deepest thing that is there', () => {
  const text = ' {"a": [1]}'
  expect(jsonPlace(text, [])).toBe(1)
  expect(jsonPlace(text, ['b', 1])).toBe(1)
  expect(jsonPlace(text, ['a', 7, 'x'])).toBe(text.indexOf('[1]'))
  expect(jsonPlace(text, ['a', 0, 'x'])).toBe(text.indexOf('1'))
})

test('finds each value of any document', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const visit = (data: unknown, path: (string | number)[]) => {
        expect(text.slice(jsonPlace(text, path))[0]).toBe(JSON.stringify(data)[0])
        if (typeof data !== 'object' || data === null) return
        for (const [key, item] of Object.entries(data))
          visit(item, [...path, Array.isArray(data) ? Number(key) : key])
      }
      visit(JSON.parse(text), [])
    }),
  )
})
