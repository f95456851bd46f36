import { expect, test } from 'vitest'
import { diagnose } from '../../../src/ui/top/diagnosis.ts'
import { boardOf } from '../../../src/ui/top/rows.ts'
import { cluster, nowMs, oldMs, type Plight } from '../../support/clusters.ts'

test.each<[Plight, string]>([
  ['ok', 'every probe is answered'],
  ['down', 'node or underlay down'],
  ['agent-down', 'agent down'],
  ['endpoint-down', 'overlay or endpoint datapath'],
  ['loss', 'endpoint path only'],
  ['slow', 'the underlay'],
  ['stale', 'says nothing about the node'],
  ['new', 'not probed yet'],
])('a node in the plight "%s" is diagnosed: %s', (plight, text) => {
  const [row] = boardOf(cluster({ nodes: [{ name: 'a', plight }] }), nowMs).rows
  expect(row && diagnose(row, nowMs, oldMs)).toContain(text)
})
