import { describe, expect, test } from 'vitest'
import type { MeshNode } from '../../../src/core/model/mesh.ts'
import {
  clusterOf,
  type GroupBy,
  groupingsFor,
  groupsOf,
  usualGrouping,
} from '../../../src/core/model/mesh-groups.ts'
import { prefixesOf, prefixOf } from '../../../src/core/model/mesh-prefixes.ts'
import { subnetOf } from '../../../src/core/model/mesh-subnets.ts'
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

test.each([
  ['10.1.2.3', '10.1.2.0/24'],
  ['fd00:1::7', 'fd00:1:0:0::/64'],
  ['fd00:1:2:3:4:5:6:7', 'fd00:1:2:3::/64'],
  ['::1', '0:0:0:0::/64'],
])('the subnet of %s is %s', (ip, subnet) => {
  expect(subnetOf(ip)).toBe(subnet)
})

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)
const prefixes = (...names: readonly string[]) => [...new Set(prefixesOf(names))]

describe('however nodes are named, their prefixes are few', () => {
  test('one prefix for nearly all is told by ranges', () => {
    const groups = prefixes(...numbered('n', 1000))
    expect([groups.length, groups[0], groups.at(-1)]).toEqual([40, 'n1-n25', 'n976-n1000'])
    expect(prefixes(...numbered('ip-10-0-3-', 60))[0]).toBe('ip-10-0-3-1-5')
    expect(prefixes('db1', 'db2', ...numbered('east/web-', 60)).slice(0, 2)).toEqual([
      'db',
      'east/web-1-5',
    ])
  })

  test('too many prefixes are shortened', () => {
    const racks = numbered('r', 100).flatMap(rack => numbered(`dc1-${rack}-`, 2))
    expect(prefixes(...racks, ...numbered('dc2-x-', 100))).toEqual(['dc1', 'dc2'])
  })

  test('names that have nothing in common are told by ranges, too', () => {
    const names = numbered('', 300).map(number => `${(7919 * Number(number)) % 997}xy`)
    expect(prefixes(...names).length).toBeLessThanOrEqual(40)
    expect(prefixes(...names).length).toBeGreaterThan(1)
  })

  test('a few nodes are never told by ranges', () => {
    expect(prefixes(...numbered('n', 12))).toEqual(['n'])
  })
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
