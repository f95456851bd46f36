import { expect, test } from 'vitest'
import { naturalKey, naturallySorted, naturalRanks } from '../../../src/core/model/natural-order.ts'

test('numbers in names are ordered as numbers', () => {
  expect(naturallySorted(['node-10', 'node-9', 'east/b2', 'east/b10', 'Node-1'])).toEqual([
    'east/b2',
    'east/b10',
    'Node-1',
    'node-9',
    'node-10',
  ])
  expect(naturalKey('a2b') < naturalKey('a10b')).toBe(true)
})

test('names that differ in case or zeros alone have an order, whichever came first', () => {
  expect([...naturalRanks(['a01', 'A1', 'a1'])]).toEqual([1, 0, 2])
  expect([...naturalRanks(['a1', 'A1', 'a01'])]).toEqual([2, 0, 1])
})
