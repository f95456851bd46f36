import { expect, test } from 'vitest'
import {
  clusterOf,
  type GroupBy,
  groupsOf,
  prefixOf,
  usualGrouping,
} from '../../../src/core/model/mesh-groups.ts'
import type { NodeName } from '../../../src/core/model/node.ts'

const nodesOf = (...names: readonly string[]) =>
  names.map(name => ({ name: name as NodeName, unnamed: name.startsWith('unix:') }))

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

test('a zone is what the caller knows; other nodes have none', () => {
  const grouping = groupsOf(nodesOf('a', 'b'), 'zone', new Map([['a', 'eu-1']]))
  expect(grouping.names).toEqual(['eu-1', 'no zone'])
})

test('sources that did not say their node are a group of their own', () => {
  expect(groupsOf(nodesOf('w1', 'unix:///x'), 'prefix').names).toEqual(['unnamed sources', 'w'])
})

test.each<[number, ReadonlyMap<string, string>, string, GroupBy]>([
  [40, new Map(), 'n', 'none'],
  [41, new Map([['n1', 'z']]), 'n', 'zone'],
  [41, new Map(), 'n', 'prefix'],
])('%i nodes are shown by what suits them', (count, zones, prefix, by) => {
  const nodes = nodesOf(...Array.from({ length: count }, (_, index) => `${prefix}${index}`))
  expect(usualGrouping(nodes, zones)).toBe(by)
})
