import { expect, test } from 'vitest'
import type { NodeList } from '../../../src/core/model/node.ts'
import { fixedNodes } from '../../../src/core/nodes/fixed.ts'

async function listsOf(specs: readonly string[]): Promise<readonly NodeList[]> {
  const end = new AbortController()
  const lists: NodeList[] = []
  for await (const list of fixedNodes(specs).watch(end.signal)) {
    lists.push(list)
    setImmediate(() => end.abort())
  }
  return lists
}

test('gives each node its host and its endpoint, and ends when aborted', async () => {
  const lists = await listsOf(['a=10.0.0.1,10.1.0.1', 'c1/b=10.0.0.2'])
  expect(lists).toEqual([
    {
      nodes: [
        {
          name: 'a',
          paths: [
            { node: 'a', to: 'host', rank: 'primary', ip: '10.0.0.1' },
            { node: 'a', to: 'endpoint', rank: 'primary', ip: '10.1.0.1' },
          ],
        },
        {
          name: 'c1/b',
          paths: [{ node: 'c1/b', to: 'host', rank: 'primary', ip: '10.0.0.2' }],
        },
      ],
    },
  ])
})

test.each(['a=fd00::1,fd00::2', 'a=[fd00::1],[fd00::2]', 'a=[FD00::1],fd00:0::2'])(
  'reads IPv6 with and without brackets: %s',
  async spec => {
    const [list] = await listsOf([spec])
    expect(list?.nodes[0]?.paths.map(path => path.ip)).toEqual(['fd00::1', 'fd00::2'])
  },
)

test.each([
  [['a'], '--node "a" has no "="'],
  [['=10.0.0.1'], '--node "=10.0.0.1" has no name'],
  [['a='], '--node "a=" has no address'],
  [['a=10.0.0.1,'], '--node "a=10.0.0.1," has no address'],
  [['a=[10.0.0.1]'], '--node "[10.0.0.1]" is no IP address'],
  [['a=10.0.0.1,10.0.0.2,10.0.0.3'], 'has too many addresses'],
  [['a=10.0.0.1,10.0.0.1'], 'has the same address twice'],
  [['a=10.0.0.1', 'b=10.0.0.2', 'a=10.0.0.3'], '--node "a" is given twice'],
])('refuses %j', (specs, message) => {
  expect(() => fixedNodes(specs)).toThrow(message)
})
