import { expect, test } from 'vitest'
import { groupsOf } from '../../../src/core/model/mesh-groups.ts'
import { aggregate, type HeatOptions } from '../../../src/core/model/mesh-heat.ts'
import { survey } from '../../../src/core/model/mesh-survey.ts'
import { type Cluster, meshOf, names } from '../../simulations/mesh.ts'

const nodes = [...names('a', 3), ...names('b', 3)]

const heatOf = (cluster: Omit<Cluster, 'nodes'>, options?: HeatOptions, by = 'prefix' as const) => {
  const mesh = meshOf({ nodes, ...cluster })
  return aggregate(survey(mesh), groupsOf(mesh.nodes, by), options)
}

test('a cell of groups counts its pairs and tells the worst', () => {
  const heat = heatOf({
    faults: [
      { from: ['b1'], to: ['a1'] },
      { from: ['b1'], to: ['a2'], is: 'stale' },
    ],
  })
  expect(heat.rows.map(({ name, size }) => [name, size])).toEqual([
    ['b', 3],
    ['a', 3],
  ])
  expect(
    heat.at(
      0,
      heat.columns.findIndex(({ name }) => name === 'a'),
    ),
  ).toMatchObject({
    state: 'failing',
    pairs: 9,
    ok: 7,
    failing: 1,
    stale: 1,
  })
})

test('the heat is the 95th percentile of what was measured', () => {
  const heat = heatOf({ faults: [{ from: ['b1'], to: ['a1'], is: 'slow' }] }, { order: 'name' })
  expect(heat.at(1, 0).p95Ns).toBe(50_000_000)
  expect(heat.at(0, 0).p95Ns).toBe(800_000)
})

test('rows and columns have totals, and those in trouble come first', () => {
  const heat = heatOf({ faults: [{ to: ['b2'] }] })
  expect(heat.columns[0]).toMatchObject({ name: 'b', failing: 6, pairs: 18 })
  expect(heat.rows).toMatchObject([{ failing: 3 }, { failing: 3 }])
})

test('a part of the matrix can be looked at alone', () => {
  const mesh = meshOf({ nodes })
  const seen = survey(mesh)
  const heat = aggregate(seen, groupsOf(mesh.nodes, 'none'), {
    order: 'name',
    keep: (row, target) => row < 3 && target >= 3,
  })
  expect(heat.rows.map(({ name }) => name)).toEqual(['a1', 'a2', 'a3'])
  expect(heat.columns.map(({ name }) => name)).toEqual(['b1', 'b2', 'b3'])
})

test('a source that was not read is a row without data, beside columns that others tell of', () => {
  const heat = heatOf({ unread: { a1: 'gone', a2: 'gone', a3: 'gone' } })
  expect(heat.rows.find(({ name }) => name === 'a')).toMatchObject({
    state: 'none',
    p95Ns: undefined,
  })
  expect(heat.columns).toHaveLength(2)
})
