import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ViewOptions, viewMesh } from '../../../src/core/model/mesh-view.ts'
import { formatMesh, formatMeshFrame } from '../../../src/ui/text/mesh.ts'
import { widthOf } from '../../../src/ui/top/text.ts'
import { createTheme, uncoded } from '../../../src/ui/top/theme.ts'
import { between, type Cluster, dead, meshOf, names } from '../../simulations/mesh.ts'

const zones = [...names('a', 3), ...names('b', 3), ...names('c', 3)]
const apart: Cluster = { nodes: zones, faults: between(names('a', 3), names('b', 3)) }

function textOf(
  cluster: Cluster,
  {
    width = 80,
    ascii = false,
    color = false,
    ...options
  }: ViewOptions & Record<string, unknown> = {},
): string {
  const theme = createTheme({ theme: 'default', color: color === true, ascii: ascii === true })
  const painted = color === true ? theme : { ...theme, paint: uncoded }
  return formatMesh(viewMesh(meshOf(cluster), options), { width: Number(width), theme: painted })
}

test('the sum, what is wrong with the next command, and the matrix', () => {
  expect(textOf(apart, { groupBy: 'prefix' })).toBe(`\
9 nodes, 9 of 9 sources read; 81 pairs: 63 ok, 18 failing, 0 stale, 0 without
data; 0 asymmetric

✗ [a] and [b] do not reach each other: all 18 pairs fail; likely the link or the
  routes between them
  next: cilium-health ping -H unix:///run/a1/health.sock b1

by prefix: rows are sources, columns targets, a cell is the worst lane
        SUM         a         b         c
all     ✗18        ✗9        ✗9         ●
a        ✗9   800us ·     ✗ 9/9   800us ·
b        ✗9     ✗ 9/9   800us ·   800us ·
c         ●   800us ·   800us ·   800us ·
p95: · <1ms  ░ <5ms  ▒ <45ms  ▓ <75ms  █ more   ✗ failing  ○ stale  ? no data
`)
})

test('a mesh that is well says so', () => {
  expect(textOf({ nodes: zones })).toContain('● nothing is wrong\n')
})

test('what is stale has its age, and what is expected its sign', () => {
  const text = textOf(
    {
      nodes: names('n', 3),
      faults: [{ from: ['n1'], to: ['n2'], is: 'stale' }, ...dead('n3')],
      facts: { n3: { leaving: 'is cordoned' } },
    },
    { width: 120 },
  )
  expect(text).toContain('0 failing, 5 failing as expected, 1 stale')
  expect(text).toMatch(/^n1 +○1 +○ 10m /m)
  expect(text).toMatch(/^n3 +~3 +~ +~ +~$/m)
})

test('of several after each other each has its time', () => {
  process.env.TZ = 'UTC'
  const theme = { ...createTheme({ theme: 'default', color: false, ascii: false }), paint: uncoded }
  const frame = formatMeshFrame(viewMesh(meshOf(apart)), { width: 30, theme })
  expect(frame.split('\n')[0]).toBe('── 14:58:07 ──────────────────')
})

test('what is wider than the terminal is shown by glyphs, and then by groups', () => {
  const many = { nodes: [...names('east/a', 30), ...names('west/b', 30)], faults: dead('east/a7') }
  const wide = textOf(many, { groupBy: 'none', width: 700 })
  const medium = textOf(many, { groupBy: 'none', width: 80 })
  const narrow = textOf(many, { groupBy: 'none', width: 40 })
  expect(wide).toMatch(/^west\/b1 .*us ·/m)
  expect(medium).toMatch(/^west\/b1\s+✗1\s+✗·{59}$/m)
  expect(narrow).toContain('by prefix')
  expect(narrow).toMatch(/^west\/b\s+✗30\s+✗·/m)
})

test('no line is wider than the terminal, and ASCII stays ASCII', () => {
  const cluster = fc.record({
    nodes: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 30 }),
    faults: fc.constant([{ kind: 'http' as const }]),
  })
  fc.assert(
    fc.property(cluster, fc.integer({ min: 20, max: 200 }), fc.boolean(), (of, width, ascii) => {
      const text = textOf(of, { width, ascii })
      for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
      if (ascii) expect(text).toMatch(/^[\n\x20-\x7e\u2400-\u2421]*$/)
    }),
    { numRuns: 60 },
  )
})

test('colour says nothing that the text does not', () => {
  const painted = textOf(apart, { color: true })
  expect(painted).toContain('\u001b[')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes are what is taken out
  const plain = painted.replaceAll(/\u001b\[[\d;]*m/g, '')
  expect(plain.split('\n').map(line => line.trimEnd())).toEqual(textOf(apart).split('\n'))
})

test('hostile names cannot reach the terminal', () => {
  const text = textOf({ nodes: ['a', '\u001b[31mred', 'c', 'd'], faults: dead('\u001b[31mred') })
  expect(text).not.toContain('\u001b')
})
