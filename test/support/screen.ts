import { expect } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { createSession, type SessionOptions } from '../../src/ui/top/session.ts'
import { widthOf } from '../../src/ui/top/text.ts'
import { fakeSource, nowMs } from './clusters.ts'

export const look = { theme: 'default', color: false, ascii: false } as const
// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR begins with ESC
export const sgr = /\x1b\[[\d;]*m/g

/** What the screen shows after some keys, without its colours. */
export function screen(
  snapshot: Snapshot,
  size: string,
  keys: readonly string[] = [],
  options: Partial<SessionOptions> = {},
): string {
  const [width = 80, height = 24] = size.split('x').map(Number)
  const session = createSession({
    source: fakeSource(snapshot),
    nowMs: () => nowMs,
    look,
    ...options,
  })
  session.rows(width, height)
  for (const key of keys) session.press([key])
  const rows = session.rows(width, height).map(row => row.replace(sgr, ''))
  session.close()
  expect(rows).toHaveLength(height)
  for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width)
  return `${rows.map(row => row.trimEnd()).join('\n')}\n`
}
