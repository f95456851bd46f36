import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../../src/core/model/diagnosis.ts'
import { stateNumber } from '../../../src/core/model/mesh.ts'
import { survey } from '../../../src/core/model/mesh-survey.ts'
import { between, type Cluster, dead, type Fault, meshOf, names } from '../../simulations/mesh.ts'

const diagnosed = (cluster: Cluster) => {
  return diagnose(survey(meshOf(cluster)))
}

const failingPairs = (cluster: Cluster) => {
  const { mesh, states, width } = survey(meshOf(cluster))
  return mesh.rows.reduce((sum, { node }, row) => {
    const own = states.subarray(row * width, (row + 1) * width)
    return (
      sum + own.filter((state, target) => state === stateNumber.failing && target !== node).length
    )
  }, 0)
}

const nodes = [...names('a', 3), ...names('b', 3), ...names('c', 2)]
const someNodes = fc.subarray(nodes, { minLength: 1 })
const fault: fc.Arbitrary<Fault> = fc
  .record({
    from: fc.option(someNodes),
    to: fc.option(someNodes),
    path: fc.option(fc.constantFrom('host', 'endpoint')),
    kind: fc.option(fc.constantFrom('icmp', 'http')),
    is: fc.constantFrom('timeout', 'refused', 'stale', 'unprobed', 'slow'),
  })
  .map(given => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)))
const anyCluster: fc.Arbitrary<Cluster> = fc.record({
  nodes: fc.constant(nodes),
  faults: fc.array(fault, { maxLength: 5 }),
  unread: fc.subarray(nodes).map(gone => Object.fromEntries(gone.map(name => [name, 'gone']))),
})

describe('of any cluster', () => {
  test('a healthy mesh of any size has no findings', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.boolean(), (count, endpoints) => {
        expect(diagnosed({ nodes: names('n', count), endpoints })).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  test('the order of the nodes changes no finding', () => {
    const shuffled = fc.shuffledSubarray([...nodes], { minLength: nodes.length })
    fc.assert(
      fc.property(anyCluster, shuffled, (cluster, order) => {
        expect(diagnosed({ ...cluster, nodes: order })).toEqual(diagnosed(cluster))
      }),
      { numRuns: 200 },
    )
  })

  test('every failing pair is explained, and by lanes no oftener than there are', () => {
    fc.assert(
      fc.property(anyCluster, cluster => {
        const explained = diagnosed(cluster).reduce((sum, each) => sum + each.evidence.failing, 0)
        const failing = failingPairs(cluster)
        const own = nodes.length
        expect(explained).toBeGreaterThanOrEqual(failing)
        expect(explained).toBeLessThanOrEqual(4 * failing + own)
      }),
      { numRuns: 200 },
    )
  })
})

test('a finding has its evidence: pairs that fail, pairs that are known, who tells', () => {
  const [finding] = diagnosed({ nodes: names('n', 6), faults: dead('n3') })
  expect(finding).toMatchObject({
    severity: 'critical',
    evidence: { failing: 10, known: 10, sources: 6 },
    words: 'n3 is down or cut off: all 10 pairs fail, to it and from it',
    next: { command: 'cilium-health ping -H unix:///run/n1/health.sock n3' },
  })
})

test('most of a row is told as it is: not all of it', () => {
  const six = names('n', 24)
  const [finding] = diagnosed({
    nodes: six,
    faults: [
      { from: ['n1'], to: ['n2'], is: 'slow' },
      { from: ['n1'], to: six.slice(1) },
    ],
  })
  expect(finding).toMatchObject({
    shape: 'no-way-out',
    evidence: { failing: 22, known: 23, sources: 1 },
    words: expect.stringContaining('22 of 23 pairs'),
    next: { command: 'cilium-health ping -H unix:///run/n1/health.sock n3' },
  })
})

test('many pairs without a pattern are counted, not listed', () => {
  const many = names('n', 60)
  const faults = many
    .slice(0, 50)
    .map((from, index) => ({ from: [from], to: [many[index + 2] ?? ''] }))
  const findings = diagnosed({ nodes: many, faults })
  expect(findings).toHaveLength(21)
  expect(findings.reduce((sum, { evidence }) => sum + evidence.failing, 0)).toBe(50)
  expect(findings.find(({ shape }) => shape === 'scattered')?.evidence.failing).toBe(30)
})

test('a name from outside is quoted in a command, so that a shell takes it as a word', () => {
  const evil = "x'; rm -rf / #"
  const [finding] = diagnosed({ nodes: [...names('n', 5), evil], faults: dead(evil) })
  expect(finding?.next.command).toBe(
    String.raw`cilium-health ping -H unix:///run/n1/health.sock 'x'\''; rm -rf / #'`,
  )
})

test('a name that looks like a flag is no flag', () => {
  const [finding] = diagnosed({ nodes: [...names('n', 5), '-H'], faults: dead('-H') })
  expect(finding?.next.command).toBe("cilium-health ping -H unix:///run/n1/health.sock -- '-H'")
})

test('failures of zones are told with the layer that fails', () => {
  const faults = between(names('a', 3), names('b', 3), { kind: 'http' })
  expect(diagnosed({ nodes, faults })[0]?.words).toBe(
    '[a] and [b] reach each other only in part: all 18 pairs fail; ICMP is answered, HTTP is not: likely TCP port 4240 filtered, a policy, or the agent down',
  )
})

test.each([
  ['a node', ['a1'], { path: 'endpoint' }, /^a1 reaches everybody only in part.*overlay/],
  ['a node', ['a1'], { kind: 'http' }, /likely its egress to TCP port 4240/],
  ['a group', names('a', 3), { kind: 'http' }, /^\[a\] reaches.*its egress to TCP port 4240/],
] as const)('%s that does not get out is looked at itself: %j %j', (_, from, what, words) => {
  const to = nodes.filter(name => !from.some(each => each === name))
  const [finding] = diagnosed({ nodes, faults: [{ from, to, ...what }] })
  expect(finding?.words).toMatch(words)
  expect(finding?.next).toEqual({ command: 'cilium-dbg monitor --type drop', on: 'a1' })
})

test('a pair that another finding explains is no evidence for or against this one', () => {
  const six = names('n', 6)
  const findings = diagnosed({
    nodes: six,
    faults: [...dead('n2'), { from: ['n5'], to: six.filter(name => name !== 'n5') }],
  })
  expect(findings.map(({ shape, evidence, words }) => [shape, evidence, words])).toEqual([
    ['node-down', { failing: 10, known: 10, sources: 6 }, expect.stringContaining('all 10 pairs')],
    ['no-way-out', { failing: 4, known: 4, sources: 1 }, expect.stringContaining('all 4 pairs')],
  ])
})
