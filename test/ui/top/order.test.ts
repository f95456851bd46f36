import { expect, test } from 'vitest'
import type { ColumnId } from '../../../src/ui/top/columns.ts'
import { everything } from '../../../src/ui/top/filter.ts'
import { createOrderer, orderOf } from '../../../src/ui/top/order.ts'
import { boardOf, rowNamed } from '../../../src/ui/top/rows.ts'
import { bigCluster, cluster, nowMs } from '../../support/clusters.ts'

const snapshot = cluster({
  nodes: [
    { name: 'node-10', baseNs: 3_000_000 },
    { name: 'node-9', baseNs: 1_000_000 },
    { name: 'b', plight: 'down' },
    { name: 'c', plight: 'new' },
    { name: 'a', plight: 'down' },
  ],
})
const board = boardOf(snapshot, nowMs)
const choice = (column: ColumnId, reversed = false) => ({
  sort: { column, reversed },
  filter: everything,
  errorsOnly: false,
})
const names = (column: ColumnId, reversed = false) =>
  orderOf(board, choice(column, reversed), nowMs).names.join(' ')

test('names are in natural order', () => {
  expect(names('node')).toBe('a b c node-9 node-10')
  expect(names('node', true)).toBe('node-10 node-9 c b a')
})

test('the worst comes first, ties by name, and what was never measured last either way', () => {
  expect(names('state')).toBe('a b c node-9 node-10')
  expect(names('h-icmp')).toBe('a b node-10 node-9 c')
  expect(names('h-icmp', true)).toBe('node-9 node-10 a b c')
  expect(names('age')).toBe('a b node-9 node-10 c')
})

test('nothing is sorted again for a key that changes nothing, or for data within a second', () => {
  const order = createOrderer()
  const view = choice('h-icmp')
  const first = order(board, view, nowMs)
  expect(order(board, { ...view }, nowMs + 5000)).toBe(first)
  const later = boardOf(
    { ...snapshot, nodes: snapshot.nodes.map(node => ({ ...node })) },
    nowMs,
    board,
  )
  expect(later).not.toBe(board)
  expect(order(later, view, nowMs + 999)).toBe(first)
  expect(order(later, view, nowMs + 1000)).not.toBe(first)
})

test('a node that joins or leaves is seen at once', () => {
  const order = createOrderer()
  order(board, choice('node'), nowMs)
  const fewer = boardOf({ ...snapshot, nodes: snapshot.nodes.slice(1) }, nowMs, board)
  expect(order(fewer, choice('node'), nowMs).names).toHaveLength(4)
})

test('a board is made again only where something changed', () => {
  expect(boardOf(snapshot, nowMs, board)).toBe(board)
  const touched = { ...snapshot, nodes: snapshot.nodes.with(1, { ...snapshot.nodes[1] } as never) }
  const next = boardOf(touched, nowMs, board)
  expect(next.names).toBe(board.names)
  expect(next.rows[0]).toBe(board.rows[0])
  expect(next.rows[1]).not.toBe(board.rows[1])
})

test('states are counted, and Cilium’s verdict beside them', () => {
  const { counts, reachable } = boardOf(bigCluster(101), nowMs)
  expect(counts).toEqual({ down: 3, loss: 1, slow: 1, stale: 1, new: 1, ok: 94 })
  expect(reachable).toBe(97)
})

test('nodes of a lost source keep their states, while a live source’s grow stale', () => {
  const lost = { kind: 'lost', sinceMs: nowMs, reason: 'gone' } as const
  expect(boardOf({ ...snapshot, feed: lost }, nowMs + 600_000).counts.stale).toBe(0)
  expect(boardOf(snapshot, nowMs + 600_000).counts.stale).toBe(4)
})

test('a name is shortened to its first label where that tells it apart', () => {
  const shorts = (...list: string[]) =>
    boardOf(cluster({ nodes: list.map(name => ({ name })) }), nowMs).rows.map(row => row.short)
  expect(shorts('a.eu', 'b.eu', 'b.us')).toEqual(['a', 'b.eu', 'b.us'])
  expect(shorts('10.0.0.1', '10.0.0.2')).toEqual(['10.0.0.1', '10.0.0.2'])
  expect(shorts('\x1b\u202e')).toEqual(['?'])
})

test('a row is found by its node’s name', () => {
  expect(rowNamed(board, snapshot.nodes[2]?.name)?.name).toBe('b')
  expect(rowNamed(board, undefined)).toBeUndefined()
})
