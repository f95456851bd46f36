import { describe, expect, test } from 'vitest'
import { notHeardYet } from '../../src/core/model/mesh.ts'
import { viewMesh } from '../../src/core/model/mesh-view.ts'
import { type NodeFacts, zoneLabel } from '../../src/core/model/node.ts'
import { between, type Cluster, dead, meshOf, names } from './mesh.ts'

/** What the findings say in short: `shape layer who`. */
const found = (cluster: Cluster): readonly string[] =>
  viewMesh(meshOf(cluster)).findings.map(({ shape, layer, nodes, groups }) =>
    [shape, layer, ...nodes, ...groups].join(' '),
  )

const facts = (each: NodeFacts, ...nodes: readonly string[]) =>
  Object.fromEntries(nodes.map(name => [name, each]))

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
  'a partition that follows no names, in the overlay alone, while ICMP is filtered everywhere': [
    {
      nodes: six,
      faults: [
        ...between(['n1', 'n4', 'n6'], ['n2', 'n3', 'n5'], { path: 'endpoint', kind: 'http' }),
        { path: 'host', kind: 'icmp' },
      ],
    },
    ['between-groups mixed n1, n4, n6 n2, n3, n5', 'everywhere host-icmp'],
  ],
  'two parts that follow no names, and reach each other not, but a third': [
    { nodes: six, faults: between(['n1', 'n4'], ['n2', 'n5']) },
    ['between-groups all n1, n4 n2, n5'],
  ],
  'a part that follows no names, and does not reach another': [
    { nodes: six, faults: [{ from: ['n1', 'n4'], to: ['n2', 'n5'] }] },
    ['group-to-group all n1, n4 n2, n5'],
  ],
  'the same, where not everybody was asked': [
    {
      nodes: six,
      asked: ['n1', 'n2', 'n4', 'n6'],
      faults: between(['n1', 'n4'], ['n2', 'n5']),
    },
    ['between-groups all n1, n4 n2, n5'],
  ],
  'two zones that are known, whatever the names': [
    {
      nodes: six,
      faults: between(['n1', 'n4', 'n6'], ['n2', 'n3', 'n5']),
      facts: {
        ...facts({ labels: { [zoneLabel]: 'eu-1' } }, 'n1', 'n4', 'n6'),
        ...facts({ labels: { [zoneLabel]: 'eu-2' } }, 'n2', 'n3', 'n5'),
      },
    },
    ['between-groups all eu-1 eu-2'],
  ],
  'two zones apart, that have a prefix each as well': [
    {
      nodes: zones.slice(0, 8),
      faults: between(a, b),
      facts: {
        ...facts({ labels: { [zoneLabel]: 'eu-1' } }, ...a),
        ...facts({ labels: { [zoneLabel]: 'eu-2' } }, ...b),
      },
    },
    ['between-groups all eu-1 eu-2'],
  ],
  'two clusters apart': [
    {
      nodes: [...names('east/n', 3), ...names('west/n', 3)],
      faults: between(names('east/n', 3), names('west/n', 3)),
    },
    ['between-groups all east west'],
  ],
  'a subnet that gets out to nobody': [
    {
      nodes: six,
      faults: [{ from: ['n2', 'n5'], to: ['n1', 'n3', 'n4', 'n6'] }],
      ips: { n2: '10.0.7.2', n5: '10.0.7.5', n3: '10.0.8.3', n4: '10.0.8.4' },
    },
    ['group-no-way-out all 10.0.7.0/24'],
  ],
  'two nodes alone, that do not reach each other': [
    { nodes: ['n1', 'n2'], faults: between(['n1'], ['n2']) },
    ['pair all n1 n2'],
  ],
  'two that were asked, and reach nobody: not all can be judged by them': [
    {
      nodes: six,
      asked: ['n1', 'n2'],
      faults: [
        { from: ['n1'], to: six.slice(1) },
        { from: ['n2'], to: ['n1', ...six.slice(2)] },
      ],
    },
    ['no-way-out all n1', 'no-way-out all n2'],
  ],
  'everybody with old answers': [
    { nodes: six, faults: [{ is: 'stale' }] },
    ['all-stale all n1 n2 n3 n4 n5 n6'],
  ],
  'nearly everybody with old answers': [
    { nodes: six, faults: [{ from: six.slice(0, 5), is: 'stale' }] },
    ['all-stale all n1 n2 n3 n4 n5'],
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
  'many sources that cannot be read for one reason': [
    {
      nodes: six,
      unread: {
        n2: 'dial unix /run/n2: connect: connection refused',
        n3: 'pod cilium-x: CrashLoopBackOff',
        n5: 'dial unix /run/n5: connect: connection refused',
      },
    },
    ['unread all n2 n5', 'unread all n3'],
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
  'a node with some pairs of which the endpoint fails': [
    {
      nodes: names('n', 12),
      faults: [{ from: ['n1'], to: names('n', 6).slice(1), path: 'endpoint' }],
    },
    ['patchy endpoint n1'],
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
  'a node that joined a second ago, whose pod is being made': [
    {
      nodes: six,
      faults: [{ to: ['n6'] }],
      unread: { n6: 'pod cilium-x: ContainerCreating' },
    },
    ['expected all n6', 'unread all n6'],
  ],
  'a node that joined a second ago, and does not answer yet those who know it': [
    {
      nodes: six,
      asked: six.slice(0, 5),
      faults: [{ from: ['n1'], to: ['n6'], is: 'absent' }, { to: ['n6'] }],
    },
    ['leaving all n6'],
  ],
  'a node that was deleted, as Kubernetes tells, and that all still list': [
    { nodes: six, faults: dead('n6'), facts: facts({ leaving: 'is being deleted' }, 'n6') },
    ['expected all n6'],
  ],
  'an agent that restarts: it refuses, the host and its endpoint are well': [
    {
      nodes: six,
      faults: [{ to: ['n2'], path: 'host', kind: 'http', is: 'refused' }],
      unread: { n2: 'connection refused' },
    },
    ['agent-restarting host-http n2', 'unread all n2'],
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
    const { findings } = viewMesh(meshOf({ nodes: six, asked: ['n1'], ...cluster }))
    return findings.map(({ shape, nodes, words }) => ({ shape, nodes, words }))
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

describe('what nobody could tell is not told', () => {
  const words = (cluster: Cluster) => viewMesh(meshOf(cluster)).findings.map(each => each.words)

  test('a node that cannot be asked is down by the word of the others alone', () => {
    expect(words({ nodes: six, faults: [{ to: ['n3'] }], unread: { n3: 'gone' } })).toEqual([
      'n3 is down or cut off: all 5 pairs fail, to it; its daemon cannot be asked',
    ])
  })

  test('of a group of which one node was asked it is that node that does not get through', () => {
    const [first] = words({ nodes: zones, asked: ['a1'], faults: [{ from: a, to: b }] })
    expect(first).toMatch(/^a1 of \[a\] does not reach \[b\]: all 4 pairs fail/)
  })

  test('a pair is told with its reason, and how long it is so at least', () => {
    expect(words({ nodes: six, faults: [{ from: ['n1'], to: ['n2'], is: 'refused' }] })[0]).toMatch(
      /^asymmetric: n1 does not reach n2 \(connection refused, for 10s at least\), while n2 reaches n1/,
    )
  })

  test('a source that is still being asked is no finding', () => {
    expect(words({ nodes: six, unread: { n2: notHeardYet, n3: notHeardYet } })).toEqual([])
  })
})

describe('many of a kind are told as one', () => {
  test('a source that lists thousands of names that nobody else knows', () => {
    const false_ = names('x', 5000)
    const view = viewMesh(
      meshOf({
        nodes: [...six, ...false_],
        faults: [{ from: six.slice(1), to: false_, is: 'absent' }, { to: false_ }],
        asked: six,
      }),
    )
    expect(view.findings.map(({ shape, nodes }) => [shape, ...nodes])).toEqual([['odd-list', 'n1']])
    expect(view.totals).toMatchObject({ nodes: 6, pairs: 36, failing: 0 })
    expect(view.seen.mesh.nodes.map(({ name }) => name)).toEqual(six)
  })

  test('one daemon each of several clusters is nothing odd', () => {
    const clusters = ['x', 'y', 'z'].map(name => names(name, 30))
    const faults = clusters.flatMap((own, place) =>
      clusters
        .filter((_, other) => other !== place)
        .map(to => ({ from: own, to, is: 'absent' as const })),
    )
    expect(found({ nodes: clusters.flat(), asked: ['x1', 'y1', 'z1'], faults })).toEqual([])
  })

  test('many nodes that leave', () => {
    const many = names('n', 60)
    const gone = many.slice(30)
    expect(
      found({
        nodes: many,
        faults: dead(...gone),
        facts: facts({ leaving: 'is cordoned' }, ...gone),
      }),
    ).toEqual([`expected all ${gone.join(' ')}`])
  })
})

test('what fails as expected is counted apart', () => {
  const { totals } = viewMesh(
    meshOf({ nodes: six, faults: dead('n2'), facts: facts({ leaving: 'is cordoned' }, 'n2') }),
  )
  expect(totals).toMatchObject({ failing: 0, expected: 11, ok: 25 })
})
