import { describe, expect, test } from 'vitest'
import { type DiagnosisOptions, diagnose } from '../../src/core/model/diagnosis.ts'
import { groupsOf } from '../../src/core/model/mesh-groups.ts'
import { survey } from '../../src/core/model/mesh-survey.ts'
import { between, type Cluster, dead, meshOf, names } from './mesh.ts'

/** What the findings say in short: `shape layer who`. */
function found(cluster: Cluster, options: DiagnosisOptions = {}): readonly string[] {
  const mesh = meshOf(cluster)
  const grouping = groupsOf(mesh.nodes, 'prefix')
  return diagnose(survey(mesh), { grouping, ...options }).map(({ shape, layer, nodes, groups }) =>
    [shape, layer, ...nodes, ...groups].join(' '),
  )
}

const six = names('n', 6)
const zones = [...names('a', 4), ...names('b', 4), ...names('c', 4)]
const a = names('a', 4)
const b = names('b', 4)
const [a1 = '', a2 = ''] = a

const shapes: Readonly<Record<string, readonly [cluster: Cluster, findings: readonly string[]]>> = {
  'a node down: its row and its column': [{ nodes: six, faults: dead('n3') }, ['node-down all n3']],
  'a node down, whose daemon cannot be asked either': [
    { nodes: six, faults: [{ to: ['n3'] }], unread: { n3: 'connection refused' } },
    ['node-down all n3'],
  ],
  'a node that gets out to nobody': [
    { nodes: six, faults: [{ from: ['n2'], to: six.filter(name => name !== 'n2') }] },
    ['no-way-out all n2'],
  ],
  'a node that nobody gets in to': [{ nodes: six, faults: [{ to: ['n2'] }] }, ['no-way-in all n2']],
  'two zones that do not reach each other': [
    { nodes: zones, faults: between(a, b) },
    ['between-groups all a b'],
  ],
  'a zone that does not reach another, but is reached': [
    { nodes: zones, faults: [{ from: a, to: b }] },
    ['group-to-group all a b'],
  ],
  'a zone cut off from all others': [
    {
      nodes: zones,
      faults: between(
        a,
        zones.filter(name => !a.includes(name)),
      ),
    },
    ['group-cut-off all a'],
  ],
  'a zone down': [{ nodes: zones, faults: dead(...a) }, ['group-down all a']],
  'a zone down, whose daemons cannot be asked either': [
    {
      nodes: zones,
      faults: [{ to: a }],
      unread: Object.fromEntries(a.map(name => [name, 'no route to host'])),
    },
    ['group-down all a'],
  ],
  'a zone that gets out to nobody': [
    { nodes: zones, faults: [{ from: a, to: zones.filter(name => !a.includes(name)) }] },
    ['group-no-way-out all a'],
  ],
  'the overlay broken everywhere': [
    { nodes: six, faults: [{ path: 'endpoint' }] },
    ['everywhere endpoint'],
  ],
  'the overlay broken to one node': [
    { nodes: six, faults: [{ to: ['n4'], path: 'endpoint' }] },
    ['no-way-in endpoint n4'],
  ],
  'the overlay broken between two zones': [
    { nodes: zones, faults: between(a, b, { path: 'endpoint' }) },
    ['between-groups endpoint a b'],
  ],
  'port 4240 filtered everywhere': [
    { nodes: six, faults: [{ kind: 'http' }] },
    ['everywhere http'],
  ],
  'an agent down: only HTTP to its host fails': [
    { nodes: six, faults: [{ to: ['n1'], kind: 'http', path: 'host', is: 'refused' }] },
    ['no-way-in host-http n1'],
  ],
  'ICMP filtered by a security group': [
    { nodes: zones, faults: between(a, b, { kind: 'icmp' }) },
    ['between-groups icmp a b'],
  ],
  'one pair only': [{ nodes: six, faults: between(['n1'], ['n2']) }, ['pair all n1 n2']],
  'one direction only': [
    { nodes: six, faults: [{ from: ['n1'], to: ['n2'] }] },
    ['one-way all n1 n2'],
  ],
  'one direction only, and only the endpoint': [
    { nodes: six, faults: [{ from: ['n5'], to: ['n2'], path: 'endpoint' }] },
    ['one-way endpoint n5 n2'],
  ],
  'a node that does not reach itself': [
    { nodes: six, faults: [{ from: ['n1'], to: ['n1'], kind: 'http' }] },
    ['itself http n1'],
  ],
  'a partition that follows no names': [
    { nodes: six, faults: between(['n1', 'n4', 'n6'], ['n2', 'n3', 'n5']) },
    ['between-groups all n1, n4, n6 n2, n3, n5'],
  ],
  'everybody with old answers': [
    { nodes: six, faults: [{ is: 'stale' }] },
    ['all-stale all n1 n2 n3 n4 n5 n6'],
  ],
  'one prober that stalled': [
    { nodes: six, faults: [{ from: ['n2'], is: 'stale' }] },
    ['source-stale all n2'],
  ],
  'a node that is probed no more': [
    { nodes: six, faults: [{ to: ['n2'], is: 'stale' }] },
    ['target-stale all n2'],
  ],
  'no source read at all': [
    { nodes: six, unread: Object.fromEntries(six.map(name => [name, 'permission denied'])) },
    ['nothing-read all n1 n2 n3 n4 n5 n6'],
  ],
}

describe('each shape is named', () => {
  test.each(Object.entries(shapes))('%s', (_, [cluster, expected]) => {
    expect(found(cluster)).toEqual(expected)
  })
})

const mixtures: typeof shapes = {
  'two nodes down at once': [
    { nodes: six, faults: dead('n2', 'n5') },
    ['node-down all n2', 'node-down all n5'],
  ],
  'a node down, another without a way out': [
    {
      nodes: six,
      faults: [...dead('n2'), { from: ['n5'], to: six.filter(name => name !== 'n5') }],
    },
    ['node-down all n2', 'no-way-out all n5'],
  ],
  'two zones apart, and a node of a third one down': [
    { nodes: zones, faults: [...between(a, b), ...dead('c1')] },
    ['between-groups all a b', 'node-down all c1'],
  ],
  'two zones apart, and a node of one of them down': [
    { nodes: zones, faults: [...between(a, b), ...dead(a1)] },
    ['between-groups all a b', 'node-down all a1'],
  ],
  'the overlay broken to one node, and one pair of others': [
    { nodes: six, faults: [{ to: ['n4'], path: 'endpoint' }, ...between(['n1'], ['n2'])] },
    ['no-way-in endpoint n4', 'pair all n1 n2'],
  ],
  'ICMP filtered everywhere, and a node down': [
    { nodes: six, faults: [...dead('n2'), { kind: 'icmp' }] },
    ['node-down all n2', 'everywhere icmp'],
  ],
  'an asymmetric pair within a zone that is cut off': [
    { nodes: zones, faults: [...between(a, b), { from: [a1], to: [a2] }] },
    ['between-groups all a b', 'one-way all a1 a2'],
  ],
  'a node with some failing pairs': [
    { nodes: names('n', 12), faults: [{ from: ['n1'], to: names('n', 6).slice(1) }] },
    ['patchy all n1'],
  ],
}

describe('mixtures are taken apart, and nothing is told twice', () => {
  test.each(Object.entries(mixtures))('%s', (_, [cluster, expected]) => {
    expect(found(cluster)).toEqual(expected)
  })
})

const falseFriends: typeof shapes = {
  'a healthy mesh': [{ nodes: zones }, []],
  'no nodes at all': [{ nodes: [] }, []],
  'a node that joined a second ago': [
    {
      nodes: six,
      faults: [
        { to: ['n6'], is: 'unprobed' },
        { from: ['n6'], is: 'unprobed' },
      ],
    },
    [],
  ],
  'a node that joined, of which half do not know yet': [
    { nodes: six, faults: [{ from: ['n1', 'n2', 'n3'], to: ['n6'], is: 'absent' }] },
    [],
  ],
  'a node that was deleted, which some still list': [
    {
      nodes: six,
      asked: six.slice(0, 5),
      faults: [{ from: ['n1', 'n2', 'n3'], to: ['n6'], is: 'absent' }, { to: ['n6'] }],
    },
    ['leaving all n6'],
  ],
  'an agent that restarts: its row is missing, its column is fine': [
    { nodes: six, unread: { n2: 'connection refused' } },
    ['unread all n2'],
  ],
  'clocks an hour off, ahead and behind': [
    { nodes: six, skewMs: { n1: 3_600_000, n2: -3_600_000 } },
    [],
  ],
  'ICMP that the prober may not send': [
    { nodes: six, faults: [{ kind: 'icmp', is: 'not-permitted' }] },
    [],
  ],
}

describe('false friends are no failures', () => {
  test.each(Object.entries(falseFriends))('%s', (_, [cluster, expected]) => {
    expect(found(cluster)).toEqual(expected)
  })

  test('a node that is being drained is expected to fail', () => {
    const facts = { n2: { leaving: 'is being drained' } }
    expect(found({ nodes: six, faults: dead('n2'), facts })).toEqual(['expected all n2'])
  })
})

describe('one source alone says no more than it sees', () => {
  const tell = (cluster: Omit<Cluster, 'nodes'>) => {
    const seen = survey(meshOf({ nodes: six, asked: ['n1'], ...cluster }))
    return diagnose(seen).map(({ shape, nodes, words }) => ({ shape, nodes, words }))
  }

  test('a target that fails may be down, or the way there', () => {
    expect(tell({ faults: [{ to: ['n3'] }] })).toMatchObject([
      { shape: 'pair', nodes: ['n1', 'n3'], words: expect.stringContaining('from one node only') },
    ])
  })

  test('all targets that fail are a source that does not get out', () => {
    expect(tell({ faults: [{ to: six.slice(1) }] })).toMatchObject([
      { shape: 'no-way-out', nodes: ['n1'], words: expect.stringContaining('from one node only') },
    ])
  })
})
