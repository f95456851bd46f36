import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createSession } from '../../../src/ui/top/session.ts'
import { bigCluster, fakeSource, nodeOf, nowMs } from '../../support/clusters.ts'

// Each task of the page: its keys in the first column, and what the screen shows then in the last.
const tasks = [...readFileSync('docs/tasks.md', 'utf8').matchAll(/^\| (\d+) \|(.*)\|$/gm)].map(
  ([, number, cells = '']) => {
    const [what = '', keys = '', shows = ''] = cells.split(/(?<!\\)\|/).map(cell => cell.trim())
    return { number, what, keys, shows: codes(shows) }
  },
)

function codes(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

const named: Readonly<Record<string, string>> = {
  Enter: 'enter',
  Esc: 'escape',
  Space: 'space',
  Tab: 'tab',
}
const strokesOf = (keys: string): readonly string[] =>
  codes(keys)
    .flatMap(code => (code in named ? [named[code] ?? ''] : [...code]))
    .map(stroke => (stroke === ' ' ? 'space' : stroke))

test('there are ten tasks', () => {
  expect(tasks.map(({ number }) => Number(number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test.each(tasks)('task $number: $what', ({ keys, shows }) => {
  const source = fakeSource(bigCluster(200))
  const session = createSession({
    source,
    nowMs: () => nowMs,
    look: { theme: 'default', color: false, ascii: false },
  })
  session.rows(160, 50)
  const calm = source.snapshot()
  const down = nodeOf({ name: calm.nodes[0]?.name ?? '', plight: 'down' })
  source.push({ ...calm, nodes: [down, ...calm.nodes.slice(1)] })
  session.press(strokesOf(keys))
  const screen = stripVTControlCharacters(session.rows(160, 50).join('\n'))
  session.close()
  expect(shows.length).toBeGreaterThan(0)
  for (const text of shows) expect(screen).toContain(text)
})
