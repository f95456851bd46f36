import { expect, test } from 'vitest'
import { createMesh } from '../../../src/core/engine/mesh.ts'
import { cellAt, laneCount } from '../../../src/core/model/mesh.ts'
import type { NodeName } from '../../../src/core/model/node.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { type Fault, intervalMs, names, nowMs, snapshotOf } from '../../simulations/mesh.ts'
import { cluster, fakeSource } from '../../support/clusters.ts'

const nodes = names('n', 3)
const told = (self: string, faults: readonly Fault[] = [], atMs = nowMs): Snapshot => {
  const snapshot = snapshotOf({ nodes, faults }, self)
  return atMs === nowMs
    ? snapshot
    : snapshotOf({ nodes, faults, skewMs: { [self]: atMs - nowMs } }, self)
}

function meshAt() {
  const clock = { now: nowMs, nowMs: () => clock.now }
  return { clock, keeper: createMesh({ clock }) }
}

test('an update of one source touches only its row', () => {
  const { keeper } = meshAt()
  for (const name of nodes) keeper.take({ label: name }, told(name))
  const before = keeper.mesh().rows.map(row => row.codes.slice())
  keeper.take({ label: 'n2' }, told('n2', [{ to: ['n3'] }]))
  const after = keeper.mesh().rows.map(row => row.codes)
  expect(after.map((codes, row) => codes.join() === before[row]?.join())).toEqual([
    true,
    false,
    true,
  ])
})

test('a source speaks for the node that it says, or that it was given; else for itself', () => {
  const { keeper } = meshAt()
  keeper.take({ label: 'unix:///1' }, told('n1'))
  keeper.take({ label: 'unix:///2', name: 'n2' as NodeName }, { ...told('n1'), self: undefined })
  keeper.take({ label: 'unix:///3' }, { ...told('n1'), self: undefined })
  const { nodes: known, rows } = keeper.mesh()
  expect(rows.map(row => known[row.node])).toEqual([
    { name: 'n1', unnamed: false, ip: '10.0.0.0' },
    { name: 'n2', unnamed: false, ip: '10.0.0.1' },
    { name: 'unix:///3', unnamed: true },
  ])
})

test('a source that is lost has no data, and its reason', () => {
  const { keeper } = meshAt()
  keeper.take({ label: 'n1' }, { ...told('n1'), feed: { kind: 'lost', sinceMs: 0, reason: 'EOF' } })
  keeper.miss({ label: 'n2' }, 'pod is Pending')
  expect(keeper.mesh().rows.map(({ unread }) => unread)).toEqual(['EOF', 'pod is Pending'])
})

test('ages of a source that is followed go on by our clock while nothing comes', () => {
  const { keeper, clock } = meshAt()
  keeper.follow({ label: 'n1' }, fakeSource(told('n1')))
  const cell = () => {
    const [row] = keeper.mesh().rows
    return row && cellAt(row, 1)
  }
  expect(cell()).toMatchObject({ kind: 'ok', ageMs: 10_000 })
  clock.now += intervalMs
  expect(cell()).toMatchObject({ kind: 'ok', ageMs: intervalMs + 10_000 })
  clock.now += intervalMs
  expect(cell()).toMatchObject({ kind: 'stale' })
})

test('what was taken once is as old as it was then, however long the others take', () => {
  const { keeper, clock } = meshAt()
  keeper.take({ label: 'n1' }, told('n1'))
  clock.now += 10 * intervalMs
  const [row] = keeper.mesh().rows
  expect(row && cellAt(row, 1)).toMatchObject({ kind: 'ok', ageMs: 10_000 })
})

test.each([-3_600_000, 3_600_000])('a clock that is off by %i ms makes nothing stale', skewMs => {
  const { keeper, clock } = meshAt()
  const tell = (takenAtMs: number) =>
    keeper.take({ label: 'n1' }, { ...told('n1', [], clock.now + skewMs), takenAtMs })
  // Even where the snapshot's time is ours and the answers' times are the daemon's.
  tell(clock.now)
  clock.now += intervalMs
  tell(clock.now)
  const [row] = keeper.mesh().rows
  expect(row && cellAt(row, 1).kind).toBe('ok')
})

test('of a node with several addresses the worst one counts', () => {
  const { keeper } = meshAt()
  const snapshot = told('n1')
  const [first] = snapshot.nodes
  const bad = told('n1', [{ to: ['n1'] }]).nodes[0]
  if (!first || !bad) throw new Error('no nodes')
  const both = { ...first, paths: [...bad.paths, ...first.paths] }
  keeper.take({ label: 'n1' }, { ...snapshot, nodes: [both] })
  const [row] = keeper.mesh().rows
  expect(row && cellAt(row, 0)).toMatchObject({ kind: 'failing', lanes: 2 ** laneCount - 1 })
})

test('names that left all lists give their places back', () => {
  const { keeper } = meshAt()
  for (let round = 0; round < 20; round += 1) {
    const now = [...nodes, ...names(`round${round}-`, 20)]
    keeper.take({ label: 'n1' }, snapshotOf({ nodes: now, faults: [{ to: ['n3'] }] }, 'n1'))
    const mesh = keeper.mesh()
    const [row] = mesh.rows
    const at = mesh.nodes.findIndex(({ name }) => name === 'n3')
    expect(row && cellAt(row, at).kind).toBe('failing')
    expect(mesh.nodes.length).toBeLessThan(140)
  }
})

test('a source that is followed is read again after its news', () => {
  const { keeper } = meshAt()
  const source = fakeSource(cluster({ nodes: [{ name: 'a' }, { name: 'b' }] }))
  keeper.follow({ label: 'a' }, source)
  let heard = 0
  keeper.subscribe(() => {
    heard += 1
  })
  const kind = () => {
    const { rows } = keeper.mesh()
    return rows[0] && cellAt(rows[0], 1).kind
  }
  expect(kind()).toBe('ok')
  source.push(cluster({ nodes: [{ name: 'a' }, { name: 'b', plight: 'down' }] }))
  expect([kind(), heard]).toEqual(['failing', 1])
  keeper.close()
  expect(source.listeners).toBe(0)
})

test('a source that is dropped is neither a row nor listened to any more', () => {
  const { keeper } = meshAt()
  const source = fakeSource(cluster({ nodes: [{ name: 'a' }] }))
  keeper.miss({ label: 'a' }, 'pod is Pending')
  keeper.follow({ label: 'a' }, source)
  keeper.take({ label: 'n1' }, told('n1'))
  expect(keeper.mesh().rows.map(({ unread }) => unread)).toEqual([undefined, undefined])
  keeper.drop({ label: 'a' })
  expect(keeper.mesh().rows.map(({ label }) => label)).toEqual(['n1'])
  expect(source.listeners).toBe(0)
})

test('a list of false names makes no other row larger, even where it comes first', () => {
  const { keeper } = meshAt()
  const rogue = snapshotOf({ nodes: [...nodes, ...names('false', 20_000)] }, 'n1')
  const some = names('m', 12)
  const cellsOf = (label: string) =>
    keeper.mesh().rows.find(row => row.label === label)?.codes.length ?? 0
  keeper.take({ label: 'rogue' }, rogue)
  for (const name of some) {
    keeper.take({ label: name }, snapshotOf({ nodes: some, faults: [{ to: ['m3'] }] }, name))
  }
  const mesh = keeper.mesh()
  const largest = Math.max(...some.map(cellsOf))
  expect(largest).toBeLessThanOrEqual(laneCount * (some.length + nodes.length))
  const at = mesh.nodes.findIndex(({ name }) => name === 'm3')
  expect(mesh.rows.map(row => cellAt(row, at).kind)).toEqual(['none', ...some.map(() => 'failing')])
  expect(mesh.rows.map(row => mesh.nodes[row.node]?.name)).toEqual(['n1', ...some])
})
