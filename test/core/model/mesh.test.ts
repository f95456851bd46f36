import { expect, test } from 'vitest'
import { allLanes, cellAt, lanesOf, pairOf } from '../../../src/core/model/mesh.ts'
import { survey, totalsOf } from '../../../src/core/model/mesh-survey.ts'
import { type Cluster, intervalMs, meshOf, names } from '../../simulations/mesh.ts'

const nodes = names('n', 3)

const cellOf = (cluster: Omit<Cluster, 'nodes'>, mask = allLanes) => {
  const mesh = meshOf({ nodes, ...cluster })
  const row = mesh.rows[0]
  if (!row) throw new Error('no row')
  return cellAt(row, 1, mask)
}

test('lanes are chosen by path, by kind, or both', () => {
  expect(lanesOf({})).toBe(allLanes)
  expect(lanesOf({ to: 'host' })).toBe(0b0011)
  expect(lanesOf({ kind: 'http' })).toBe(0b1010)
  expect(lanesOf({ to: 'endpoint', kind: 'icmp' })).toBe(0b0100)
})

test('a cell that is well has its slowest reply', () => {
  expect(cellOf({})).toEqual({ kind: 'ok', rttNs: 800_000, ageMs: 10_000 })
  expect(cellOf({}, lanesOf({ to: 'host' }))).toMatchObject({ rttNs: 400_000 })
})

test('a failing lane makes a failing cell, and says which and why', () => {
  const faults = [{ to: ['n2'], path: 'endpoint', is: 'refused' }] as const
  expect(cellOf({ faults })).toMatchObject({ kind: 'failing', lanes: 0b1100, reason: 'refused' })
  expect(cellOf({ faults }, lanesOf({ to: 'host' })).kind).toBe('ok')
})

test('an old answer is stale, whatever it said', () => {
  expect(cellOf({ faults: [{ is: 'stale' }] })).toEqual({ kind: 'stale', ageMs: 10 * intervalMs })
})

test.each([
  [{ faults: [{ is: 'unprobed' as const }] }, 'not probed yet'],
  [{ faults: [{ is: 'absent' as const }] }, "not in the source's list"],
  [{ faults: [{ is: 'not-permitted' as const }] }, 'not probed: not permitted here'],
  [{ unread: { n1: 'connection refused' } }, 'connection refused'],
])('where nothing is known it says why: %j', (cluster, why) => {
  expect(cellOf(cluster)).toEqual({ kind: 'none', why })
})

test('a pair has both directions, each lane apart', () => {
  const mesh = meshOf({
    nodes,
    asked: ['n1', 'n2'],
    faults: [{ from: ['n1'], to: ['n2'], kind: 'http' }],
  })
  const { there, back } = pairOf(mesh, 0, 1)
  expect(there?.lanes.map(({ kind }) => kind)).toEqual(['ok', 'failing', 'ok', 'failing'])
  expect([there?.cell.kind, back?.cell.kind]).toEqual(['failing', 'ok'])
  expect(pairOf(mesh, 0, 2).back).toBeUndefined()
})

test('totals count every state, and pairs that fail one way', () => {
  const seen = survey(
    meshOf({
      nodes,
      faults: [
        { from: ['n1'], to: ['n2'] },
        { from: ['n2'], to: ['n3'], is: 'stale' },
      ],
      unread: { n3: 'gone' },
    }),
  )
  expect(totalsOf(seen)).toEqual({
    nodes: 3,
    sources: 3,
    unread: 1,
    pairs: 8,
    ok: 4,
    failing: 1,
    expected: 0,
    stale: 1,
    none: 2,
    asymmetric: 1,
  })
})
