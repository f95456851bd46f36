import { expect, test } from 'vitest'
import { renderPlain } from '../../../src/ui/top/show.tsx'
import { bigCluster, cluster, nowMs } from '../../support/clusters.ts'

process.env.TZ = 'UTC'
const options = { width: 100, nowMs, color: false, ascii: true }

test('a snapshot as one plain table, every node in it, the worst first', async () => {
  const text = renderPlain(bigCluster(30), options)
  expect(text.match(/ip-10-0-0-\d+/g)?.length).toBeGreaterThanOrEqual(30)
  await expect(text).toMatchFileSnapshot('screens/plain-100.txt')
})

test('an empty cluster is told, too', () => {
  expect(renderPlain(cluster({ nodes: [] }), options)).toContain('No nodes reported yet')
})

test('colour is there only when it is asked for', () => {
  expect(renderPlain(bigCluster(30), { ...options, color: true })).toContain('\x1b[31m')
  expect(renderPlain(bigCluster(30), options)).not.toContain('\x1b')
})
