import fc from 'fast-check'
import { expect, test } from 'vitest'
import { zoneLabel } from '../../../src/core/model/node.ts'
import { createFilter, parseFilter } from '../../../src/ui/top/filter.ts'
import { boardOf } from '../../../src/ui/top/rows.ts'
import { cluster, nowMs } from '../../support/clusters.ts'

const { rows } = boardOf(
  cluster({
    nodes: [
      { name: 'web-1', ip: '10.1.0.1', labels: { [zoneLabel]: 'eu-1a', pool: 'a.b/c' } },
      { name: 'web-2', ip: '10.1.0.2', plight: 'down' },
      { name: 'db-1', ip: '10.2.0.1', plight: 'slow' },
      { name: 'db-2', ip: '10.2.0.2', plight: 'stale', baseNs: 8_000_000 },
      { name: 'far/cache', ip: '10.3.0.1', plight: 'agent-down' },
    ],
  }),
  nowMs,
)

function matching(text: string): string {
  const parsed = parseFilter(text)
  if (parsed.kind === 'error') return `${parsed.error.at}: ${parsed.error.message}`
  return rows
    .filter(row => parsed.filter.matches(row, nowMs))
    .map(row => row.name)
    .join(' ')
}

test.each([
  ['', 'web-1 web-2 db-1 db-2 far/cache'],
  ['web', 'web-1 web-2'],
  ['WEB 2', 'web-2'],
  ['10.2.', 'db-1 db-2'],
  ['!web', 'db-1 db-2 far/cache'],
  ['web-1 or db-1', 'web-1 db-1'],
  ['web and 2', 'web-2'],
  ['(web or db) -1', 'web-1 db-1'],
  ['!(web or db)', 'far/cache'],
  ['state=down,slow', 'web-2 db-1 far/cache'],
  ['!state=ok', 'web-2 db-1 db-2 far/cache'],
  ['state!=ok', 'web-2 db-1 db-2 far/cache'],
  ['name=web-*', 'web-1 web-2'],
  ['name=web', ''],
  ['ip=10.2.*', 'db-1 db-2'],
  ['verdict=unreachable', 'web-2 far/cache'],
  ['agent!=ok', 'web-2 far/cache'],
  ['icmp>5ms', 'db-1 db-2'],
  ['h-icmp<600us', 'web-1 far/cache'],
  ['icmp<1ms', 'web-1 far/cache'],
  ['age>2m', 'db-2'],
  ['age>120', 'db-2'],
  ['loss>=10%', 'web-2 far/cache'],
  ['xbase>3', 'db-1'],
  ['/^(db|web)-1$/', 'web-1 db-1'],
  ['/B-2/', 'web-2 db-2'],
  ['zone=eu-*', 'web-1'],
  ['zone!=eu-1a db', 'db-1 db-2'],
  ['-l pool=a.b/c', 'web-1'],
  ['(-l pool=x) or db', 'db-1 db-2'],
  ['-l pool,pool!=x', 'web-1'],
  ['!-l pool', 'web-2 db-1 db-2 far/cache'],
  ['-l !pool web', 'web-2'],
  ['icmp > 5ms', 'db-1 db-2'],
  ['web  state = down', 'web-2'],
  ['!state == ok db', 'db-1 db-2'],
  ['node=web-*', 'web-1 web-2'],
  ['cluster=far', 'far/cache'],
  ['cluster!=far db', 'db-1 db-2'],
  ['agent=ref*,503', 'far/cache'],
  ['10.1.0.1 or fd00::1', 'web-1'],
])('%j shows %j', (text, names) => {
  expect(matching(text)).toBe(names)
})

test.each([
  ['zone2=eu', '0: no field "zone2"'],
  ['web icmp>5x', '9: a number is needed'],
  ['icmp>', '5: icmp> needs a value'],
  ['state>down', '5: use = or !='],
  ['web state=dwon', '10: no state is "dwon"; there are down loss slow stale new ok'],
  ['state=down,slwo', '11: no state is "slwo"'],
  ['verdict=ok', '8: no verdict is "ok"; there are reachable unreachable unknown'],
  ['agent=fine', '6: no agent is "fine"; there are ok t/o'],
  ['icmp  > 5x', '8: a number'],
  ['web icmp:5', '8: use = != < <= > or >= here'],
  ['name~x', '4: use = != <'],
  ['name=~x', '4: use = or != with this field'],
  ['icmp=~5', '4: use = != <'],
  ['web >5', '0: no field "web"'],
  ['(>5)', '1: a field is missing before this'],
  ['(web', '0: this bracket is never closed'],
  ['web)', '3: no bracket is open here'],
  ['web or', '6: a condition is missing here'],
  ['!', '1: a condition is missing here'],
  ['()', '1: a condition is missing here'],
  ['/[/', '0: not a regular expression'],
  ['x'.repeat(501), '500: too long'],
])('what is wrong with %j is told with its place', (text, message) => {
  expect(matching(text)).toContain(message)
})

test('no text breaks the parser', () => {
  const pieces = fc.constantFrom(
    '(',
    ')',
    '!',
    ' ',
    'or',
    'and',
    'icmp',
    '>',
    '=',
    '5',
    'ms',
    '/',
    '[',
    '*',
    'a',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map(parts => parts.join('')),
      ),
      text => {
        const parsed = parseFilter(text)
        if (parsed.kind === 'filter') for (const row of rows) parsed.filter.matches(row, nowMs)
        else expect(parsed.error.at).toBeLessThanOrEqual(text.length)
      },
    ),
    { numRuns: 1000 },
  )
})

test('deep brackets are no danger', () => {
  expect(matching('('.repeat(400))).toContain('a condition is missing')
})

test('the same language picks nodes without a screen', () => {
  const snapshot = cluster({ nodes: [{ name: 'web-1' }, { name: 'web-2', plight: 'down' }] })
  const filter = createFilter('state=down name=web-*')
  if (filter.kind === 'error') throw new Error(filter.message)
  const found = snapshot.nodes.filter(node => filter.matches(node, snapshot, nowMs))
  expect(found.map(node => node.name)).toEqual(['web-2'])
  expect(createFilter('icmp>5x')).toMatchObject({ kind: 'error', position: 5 })
})

test('a filter by labels tells a source that has none', () => {
  const bare = cluster({ nodes: [{ name: 'a' }] })
  const labelled = cluster({ nodes: [{ name: 'a', labels: { pool: 'x' } }] })
  const lack = (text: string, snapshot = bare) => {
    const filter = createFilter(text)
    return filter.kind === 'filter' ? filter.lacks(snapshot) : filter.message
  }
  for (const text of ['zone=x', 'web (zone != y)', '-l pool', '!-l pool=x']) {
    expect(lack(text)).toBe('no labels are known from this source: --node-labels')
    expect(lack(text, labelled)).toBeUndefined()
  }
  expect(lack('state=ok')).toBeUndefined()
})
