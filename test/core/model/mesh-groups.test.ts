import { expect, test } from 'vitest'
import type { MeshNode } from '../../../src/core/model/mesh.ts'
import {
  clusterOf,
  type GroupBy,
  groupingsFor,
  groupsOf,
  prefixOf,
  usualGrouping,
} from '../../../src/core/model/mesh-groups.ts'
import type { NodeName } from '../../../src/core/model/node.ts'

const nodesOf = (...names: readonly string[]): readonly MeshNode[] =>
  names.map(name => ({ name: name as NodeName, unnamed: name.startsWith('unix:') }))
const inZone = (zone: string, ...names: readonly string[]): readonly MeshNode[] =>
  nodesOf(...names).map(node => ({ ...node, zone }))

test.each([
  ['worker12', 'worker'],
  ['worker-12', 'worker'],
  ['gke-pool-a-1f3c-x9', 'gke-pool-a-1f3c'],
  ['ip-10-0-3-7.ec2.internal', 'ip-10-0-3'],
  ['east/worker12', 'east/worker'],
  ['east/ip-10-0-3-7.ec2.internal', 'east/ip-10-0-3'],
  ['42', '42'],
  ['-', '-'],
])('the prefix of %s is %s', (name, prefix) => {
  expect(prefixOf(name)).toBe(prefix)
})

test.each([
  ['east/a', 'east'],
  ['a', 'default'],
])('the cluster of %s is %s', (name, cluster) => {
  expect(clusterOf(name)).toBe(cluster)
})

test('groups are sorted by name, whatever the order of the nodes', () => {
  const grouping = groupsOf(nodesOf('b/1', 'a/1', 'b/2'), 'cluster')
  expect(grouping.names).toEqual(['a', 'b'])
  expect([...grouping.of]).toEqual([1, 0, 1])
})

test('a zone is what somebody told of a node; other nodes have none', () => {
  const grouping = groupsOf([...inZone('eu-1', 'a'), ...nodesOf('b')], 'zone')
  expect(grouping.names).toEqual(['eu-1', 'no zone'])
})

test('sources that did not say their node are a group of their own', () => {
  expect(groupsOf(nodesOf('w1', 'unix:///x'), 'prefix').names).toEqual(['unnamed sources', 'w'])
})

test.each<[number, readonly MeshNode[], GroupBy, number]>([
  [40, [], 'none', 3],
  [40, inZone('z', 'm'), 'zone', 4],
  [41, [], 'prefix', 3],
])('%i nodes are shown by what suits them', (count, others, by, ways) => {
  const names = Array.from({ length: count }, (_, index) => `n${index}`)
  const nodes = [...nodesOf(...names), ...others]
  expect(usualGrouping(nodes)).toBe(by)
  expect(groupingsFor(nodes)).toHaveLength(ways)
})
