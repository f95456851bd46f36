import { readFileSync } from 'node:fs'
import type { Key } from 'ink'
import { expect, test } from 'vitest'
import { actionIds, bindingOf } from '../../../src/ui/top/bindings.ts'
import { actionFor, bindKeys, defaultKeys } from '../../../src/ui/top/keys.ts'
import { keysPage } from '../../../src/ui/top/keys-page.ts'
import { findActions } from '../../../src/ui/top/palette.ts'
import { functionKey, strokesOf } from '../../../src/ui/top/strokes.ts'

const bound = (overrides: Record<string, string>) => {
  const result = bindKeys(overrides)
  return result.kind === 'keys' ? result.keys : result.message
}

test('an operator’s key takes the place of an action’s own', () => {
  const keys = bound({ probe: 'Ctrl-P', wide: 'F6', mark: 'm' })
  if (typeof keys === 'string') throw new Error(keys)
  expect(actionFor('ctrl+p', 'table', keys)).toBe('probe')
  expect(actionFor('p', 'table', keys)).toBeUndefined()
  expect(actionFor('f6', 'table', keys)).toBe('wide')
  expect(actionFor('j', 'table', keys)).toBe('down')
  expect(bound({})).toEqual(defaultKeys)
})

test('two actions may change places, and one key may mean two things on two pages', () => {
  expect(bound({ probe: 'f', freeze: 'p' })).toMatchObject({ probe: ['f'], freeze: ['p'] })
  expect(bound({ acknowledge: 's' })).toMatchObject({ acknowledge: ['s'] })
})

test.each([
  [{ probes: 'x' }, 'no action "probes"; there are help'],
  [{ probe: 'Hyper-X' }, '"Hyper-X" is no key (for "probe")'],
  [{ probe: 'q' }, 'the key q of "probe" is that of "quit"'],
  [{ probe: 'Ctrl-C' }, 'Ctrl-C always quits'],
])('%j is refused by name', (overrides, message) => {
  expect(bound(overrides as never)).toContain(message)
})

test('an action is found by its words or by a few of its letters', () => {
  expect(findActions('')).toEqual(actionIds)
  expect(findActions('freeze')[0]).toBe('freeze')
  expect(findActions('lgsc')).toContain('log')
  expect(findActions('zzz')).toEqual([])
  // Letters that begin words, or lie together, mean an action more than letters that are scattered.
  expect(findActions('sm')[0]).toBe('sort')
  expect(findActions('npag')[0]).toBe('nextPage')
})

test('control keys within a piece of text are keys, too', () => {
  const plain = {} as Key
  expect(strokesOf('jj\x04k\t', plain)).toEqual(['j', 'j', 'ctrl+d', 'k', 'tab'])
  expect(strokesOf('a b\r', plain)).toEqual(['a', 'space', 'b', 'enter'])
  expect(strokesOf('\x00\x1c', plain)).toEqual([])
})

test('function keys are known as terminals send them', () => {
  expect(['\x1bOP', '\x1b[15~', '\x1b[24~', '\x1b[A', 'x'].map(functionKey)).toEqual([
    'f1',
    'f5',
    'f12',
    undefined,
    undefined,
  ])
})

test('the page about keys is that of the table of keys', () => {
  expect(readFileSync('docs/keys.md', 'utf8')).toBe(keysPage())
})

test('titles fit the help', () => {
  for (const id of actionIds) expect(bindingOf(id).title.length).toBeLessThanOrEqual(24)
})
