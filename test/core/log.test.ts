import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLog } from '../../src/core/log.ts'

const anyText = fc.string({ unit: fc.nat(0xffff).map(code => String.fromCharCode(code)) })

function record(debug = false) {
  const lines: string[] = []
  const log = createLog({ write: line => lines.push(line), nowMs: () => 0, debug })
  return { log, lines }
}

test('a line has time, level, message and fields', () => {
  const { log, lines } = record()
  log.info('Probing started', { nodes: 8, label: 'demo: 8 nodes', empty: '', gone: undefined })
  log.warn('slow')
  expect(lines).toEqual([
    'time=1970-01-01T00:00:00.000Z level=info msg="Probing started" nodes=8 label="demo: 8 nodes" empty=""\n',
    'time=1970-01-01T00:00:00.000Z level=warn msg=slow\n',
  ])
})

test('debug lines come only when asked for', () => {
  const quiet = record()
  quiet.log.debug('x')
  expect(quiet.lines).toEqual([])
  const loud = record(true)
  loud.log.debug('x')
  expect(loud.lines[0]).toContain('level=debug msg=x')
})

test('whatever is logged stays one line of printable characters', () => {
  fc.assert(
    fc.property(anyText, anyText, (key, value) => {
      const { log, lines } = record()
      log.error(value, { [key]: value })
      expect(lines).toHaveLength(1)
      expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    }),
  )
})
