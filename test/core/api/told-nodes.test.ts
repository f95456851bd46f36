import { expect, test } from 'vitest'
import { toldNodes } from '../../../src/core/api/told-nodes.ts'
import type { NodeList } from '../../../src/core/model/node.ts'
import { listOf, node } from '../../support/nodes.ts'
import { fakeSource, reply, until } from './fake-source.ts'

test('the nodes of a source are told once, and again when they change; not at each result', async () => {
  const source = fakeSource()
  const controller = new AbortController()
  const lists: NodeList[] = []
  const watching = (async () => {
    for await (const list of toldNodes(source).watch(controller.signal)) lists.push(list)
  })()
  source.store.setNodes(listOf(node('a', '192.0.2.1', '10.0.0.1')))
  await until(() => lists.length === 1)
  expect(lists[0]).toEqual({ nodes: [node('a', '192.0.2.1', '10.0.0.1')] })
  source.recordAll(reply(1e12))
  source.store.setNodes(listOf(node('a', '192.0.2.1', '10.0.0.1'), node('b', '192.0.2.2')))
  await until(() => lists.length === 2)
  expect(lists[1]?.nodes.map(({ name }) => name)).toEqual(['a', 'b'])
  controller.abort()
  await watching
  expect(source.listeners).toBe(0)
})
