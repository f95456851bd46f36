import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { shapes } from '../../../src/core/model/diagnosis-finding.ts'
import { layerWords } from '../../../src/core/model/diagnosis-layer.ts'
import { viewMesh } from '../../../src/core/model/mesh-view.ts'
import { toMeshReport } from '../../../src/ui/text/mesh-report.ts'
import { type Cluster, meshOf, names } from '../../simulations/mesh.ts'

const schema = JSON.parse(readFileSync('schema/mesh.schema.json', 'utf8'))
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)

function reportOf(cluster: Cluster) {
  const report = toMeshReport(viewMesh(meshOf(cluster)), { version: '0.0.0' })
  expect(validate(JSON.parse(JSON.stringify(report))), JSON.stringify(validate.errors)).toBe(true)
  return report
}

const nodes = names('n', 4)

test('a mesh with everything in it is a document of the schema', () => {
  const report = reportOf({
    nodes,
    faults: [
      { from: ['n1'], to: ['n2'], kind: 'http' },
      { from: ['n2'], to: ['n3'], is: 'stale' },
      { from: ['n2'], to: ['n1'], path: 'host', kind: 'icmp', is: 'not-permitted' },
    ],
    unread: { n4: 'connection refused' },
  })
  expect(report.summary).toMatchObject({ failing: 1, stale: 1, none: 3, unread: 1 })
  expect(report.pairs.map(({ from, to, state }) => `${from} ${to} ${state}`)).toEqual([
    'n1 n2 failing',
    'n2 n3 stale',
  ])
  expect(report.sources[3]).toEqual({
    label: 'unix:///run/n4/health.sock',
    node: 'n4',
    read: false,
    reason: 'connection refused',
  })
})

test('a mesh of nothing, and one of which nothing was read, are documents too', () => {
  expect(reportOf({ nodes: [] }).findings).toEqual([])
  const unread = Object.fromEntries(nodes.map(name => [name, 'gone']))
  expect(reportOf({ nodes, unread }).summary).toMatchObject({ unread: 4, pairs: 16 - 4, none: 12 })
})

test('pairs in trouble are told up to a limit, and the rest counted', () => {
  const report = reportOf({ nodes: names('n', 120), faults: [{}] })
  expect([report.pairs.length, report.pairsLeftOut]).toEqual([10_000, 120 * 120 - 10_000])
})

test('the schema knows every shape and layer', () => {
  const { shape, layer } = schema.$defs.finding.properties
  expect(shape.enum).toEqual(Object.keys(shapes))
  expect(layer.enum).toEqual(Object.keys(layerWords))
})
