import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { mouseEvent } from '../../../src/ui/top/mouse.ts'
import { createSession } from '../../../src/ui/top/session.ts'
import { bigCluster, fakeSource, nowMs } from '../../support/clusters.ts'

test('reports of the wheel and of the first button are understood, others are not', () => {
  expect(mouseEvent('\x1b[<0;10;4M')).toEqual({ kind: 'click', x: 9, y: 3 })
  expect(mouseEvent('\x1b[<64;1;1M')).toEqual({ kind: 'wheel', step: -1 })
  expect(mouseEvent('\x1b[<65;1;1M')).toEqual({ kind: 'wheel', step: 1 })
  for (const other of ['\x1b[<0;10;4m', '\x1b[<2;1;1M', '\x1b[A', 'x']) {
    expect(mouseEvent(other)).toBeUndefined()
  }
})

test('a click selects a row or sorts by a heading, the wheel moves, once the mouse is on', () => {
  const session = createSession({
    source: fakeSource(bigCluster(200)),
    nowMs: () => nowMs,
    look: { theme: 'default', color: false, ascii: true },
  })
  const screen = () => session.rows(100, 20).map(stripVTControlCharacters)
  screen()
  session.point({ kind: 'click', x: 5, y: 6 })
  expect(screen().join('\n')).toContain(' 1/200')
  session.press(['M'])
  session.point({ kind: 'click', x: 5, y: 6 })
  expect(screen().join('\n')).toContain('MOUSE  4/200')
  session.point({ kind: 'wheel', step: 1 })
  expect(screen().join('\n')).toContain('7/200')
  const at = (screen()[2] ?? '').indexOf('H-HTTP')
  session.point({ kind: 'click', x: at + 1, y: 2 })
  expect(screen()[2]).toContain('H-HTTPv')
  session.point({ kind: 'click', x: 0, y: 19 })
  session.close()
})
