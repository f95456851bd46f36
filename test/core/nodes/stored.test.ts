import { expect, test } from 'vitest'
import { storedNodes } from '../../../src/core/nodes/stored.ts'

test('nothing stored is no source', () => {
  expect(storedNodes(undefined, 'config.json')).toBeUndefined()
  expect(storedNodes([], 'config.json')).toBeUndefined()
})

test('the label tells where the nodes come from', () => {
  expect(storedNodes(['a=10.0.0.1'], 'config.json')?.label).toBe('1 node of config.json')
})

test('a wrong spec is told with file, key and value', () => {
  expect(() => storedNodes(['a=10.0.0.256'], 'config.json')).toThrow(
    'config.json, "nodes": "10.0.0.256" is no IP address',
  )
})
