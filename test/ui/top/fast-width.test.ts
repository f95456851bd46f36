import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { fastWidth, fastWidthHooks } from '../../../src/ui/top/fast-width.ts'

test('what is measured fast is as wide as the tables of Unicode say', () => {
  for (let unit = 0; unit <= 0xffff; unit += 1) {
    const text = `a${String.fromCharCode(unit)}`
    expect(fastWidth(text) ?? stringWidth(text)).toBe(stringWidth(text))
  }
  const pieces = fc.constantFrom(
    '\x1b[1m',
    '\x1b[38;5;39m',
    '●',
    '▄',
    '⠿',
    'é',
    '節',
    '\u0301',
    'x',
  )
  fc.assert(
    fc.property(fc.array(pieces), parts => {
      const text = parts.join('')
      expect(fastWidth(text) ?? stringWidth(text)).toBe(stringWidth(text))
    }),
  )
})

test('it stands in front of string-width only', () => {
  const next = (specifier: string) => ({ url: `file:///modules/${specifier}` })
  expect(fastWidthHooks.resolve('ink', {}, next)).toEqual({ url: 'file:///modules/ink' })
  const { url } = fastWidthHooks.resolve('string-width', {}, next)
  expect(decodeURIComponent(url)).toContain('"file:///modules/string-width"')
})
