import { expect, test } from 'vitest'
import { meshRulesMet, parseMeshRules } from '../../../src/core/model/mesh-rules.ts'
import { viewMesh } from '../../../src/core/model/mesh-view.ts'
import { dead, meshOf, names } from '../../simulations/mesh.ts'

const mixed = viewMesh(
  meshOf({
    nodes: names('n', 4),
    faults: [
      { from: ['n1'], to: ['n2'] },
      { from: ['n1'], to: ['n3'], is: 'stale' },
      { from: ['n2'], to: ['n3'], is: 'slow' },
    ],
    unread: { n4: 'gone' },
  }),
)

const met = (text: string) => {
  const result = parseMeshRules(text)
  if (result.kind === 'error') throw new Error(`${result.message} at ${result.position}`)
  return meshRulesMet(result.rules, mixed)
}

test('counts are of directed pairs, as they are or as a share', () => {
  expect(met('failing>0,stale>=1,ok=10')).toEqual([
    'failing>0 (is 1)',
    'stale>=1 (is 1)',
    'ok=10 (is 10)',
  ])
  expect(met('nodata>10%')).toEqual(['nodata>10% (is 20.0%)'])
  expect(met('failing>10%')).toEqual([])
})

test('sources and asymmetric pairs are counted', () => {
  expect(met('unread>0,unread>=25%,asymmetric=1')).toHaveLength(3)
})

test('findings are counted by how grave they are', () => {
  expect(met('critical>0,warning=1,warning>=50%')).toEqual([
    'warning=1 (is 1)',
    'warning>=50% (is 50.0%)',
  ])
})

test('what fails as expected is counted apart', () => {
  const facts = { n2: { leaving: 'is cordoned' } }
  const view = viewMesh(meshOf({ nodes: names('n', 3), faults: dead('n2'), facts }))
  const rules = parseMeshRules('failing>0,expected>0,critical>0,warning>0')
  expect(rules.kind === 'rules' && meshRulesMet(rules.rules, view)).toEqual(['expected>0 (is 5)'])
})

test('latencies are of the pairs that answer, by their slowest reply', () => {
  expect(met('rtt>5ms,p50>1ms')).toEqual(['rtt>5ms (is 50.000ms)'])
})

test.each([
  ['failing>0,up>1', 10, '"up" is no metric'],
  ['rtt>5', 5, 'needs a unit'],
  ['nodata', 6, 'comes one of'],
])('%s is refused at position %i', (text, position, message) => {
  const result = parseMeshRules(text)
  expect(result).toMatchObject({ kind: 'error', position })
  expect(result.kind === 'error' && result.message).toContain(message)
})
