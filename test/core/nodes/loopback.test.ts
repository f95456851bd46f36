import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { NodeList } from '../../../src/core/model/node.ts'
import { type LoopbackOptions, openLoopback } from '../../../src/core/nodes/loopback.ts'

const quick = {
  ...{ slowAfterMs: 300, slowForMs: 300, slowByMs: 150, slowEveryMs: 600 },
  ...{ flapMinMs: 100, flapMaxMs: 200 },
}

async function open(options: LoopbackOptions) {
  const source = await openLoopback({ rhythm: quick, ...options })
  onTestFinished(() => source.close())
  const { value } = await source.watch(new AbortController().signal)[Symbol.asyncIterator]().next()
  const list = value as NodeList
  const ip = (ordinal: number, to: 'host' | 'endpoint') =>
    list.nodes[ordinal - 1]?.paths.find(path => path.to === to)?.ip ?? ''
  return { ...source, list, ip }
}

/** The status line's code, or what became of the connection. */
async function hello(ip: string, port: number, path = '/hello'): Promise<string> {
  const socket = connect({ host: ip, port, timeout: 400 })
  const answer = await new Promise<string>(resolve => {
    socket.on('data', data => resolve(`${data}`.split(' ')[1] ?? ''))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(`${error.code}`))
    socket.on('close', () => resolve('closed'))
    socket.on('timeout', () => resolve('silence'))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  })
  socket.destroy()
  return answer
}

/** Asks until each of these answers was seen, or for ten seconds. */
async function seen(ip: string, port: number, ...wanted: string[]) {
  const missing = new Set(wanted)
  for (const endMs = Date.now() + 10_000; missing.size > 0 && Date.now() < endMs; )
    missing.delete(await hello(ip, port))
  return [...missing]
}

test('a healthy node answers /hello on both of its addresses, and nothing else', async () => {
  const { list, ip, httpPort, label } = await open({ nodes: 2 })
  expect(label).toBe('demo: 2 nodes on loopback')
  expect(list.self).toBe('demo-1')
  expect(new Set(list.nodes.flatMap(node => node.paths.map(path => path.ip))).size).toBe(4)
  expect(await hello(ip(1, 'host'), httpPort)).toBe('200')
  expect(await hello(ip(2, 'endpoint'), httpPort)).toBe('200')
  expect(await hello(ip(2, 'endpoint'), httpPort, '/')).toBe('404')
})

test('each fault is a real one', async () => {
  const { list, ip, httpPort } = await open({ nodes: 8 })
  expect(list.nodes.map(node => node.name)).toEqual([
    'demo-1',
    'demo-2',
    'demo-3-refuses',
    'demo-4-flaps',
    'demo-5-slow',
    'demo-6-hangs',
    'demo-7-lossy',
    'demo-8-no-route',
  ])
  expect(await hello(ip(3, 'endpoint'), httpPort)).toBe('ECONNREFUSED')
  expect(await seen(ip(4, 'endpoint'), httpPort, '200', 'ECONNREFUSED')).toEqual([])
  expect(await hello(ip(6, 'host'), httpPort)).toBe('silence')
  expect(await seen(ip(7, 'host'), httpPort, '200', 'ECONNRESET')).toEqual([])
  expect(await hello(ip(8, 'endpoint'), httpPort)).toMatch(/ENETUNREACH|EACCES/)
})

test('a slow node answers late, but only for a while', async () => {
  const { ip, httpPort } = await open({ nodes: 5 })
  const missing = new Set(['late', 'prompt'])
  for (const endMs = Date.now() + 10_000; missing.size > 0 && Date.now() < endMs; ) {
    const startMs = performance.now()
    await hello(ip(5, 'host'), httpPort)
    missing.delete(performance.now() - startMs < 150 ? 'prompt' : 'late')
  }
  expect([...missing]).toEqual([])
})

test('where the usual port is taken, another one serves all', async () => {
  const first = await open({ nodes: 1 })
  const second = await open({ nodes: 1, port: 0 })
  const third = await openLoopback({ nodes: 1 })
  onTestFinished(() => third.close())
  expect(new Set([first.httpPort, second.httpPort, third.httpPort]).size).toBe(3)
})

test('a port that was asked for and is taken is the operator’s matter', async () => {
  const taken = createServer().listen(0, '127.77.1.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as { port: number }
  await expect(openLoopback({ nodes: 1, port })).rejects.toThrow(`127.77.1.1:${port}: EADDRINUSE`)
})

test('thousands of nodes have addresses of their own, and few have faults', async () => {
  const { list, ip, httpPort } = await open({ nodes: 2000 })
  const ips = list.nodes.flatMap(node => node.paths.map(path => path.ip))
  expect(new Set(ips).size).toBe(4000)
  expect(list.nodes.filter(node => node.name.split('-').length > 2)).toHaveLength(46)
  expect(await hello(ip(1999, 'endpoint'), httpPort)).toBe('200')
})

test('after close nobody listens', async () => {
  const source = await openLoopback({ nodes: 1, port: 0 })
  await source.close()
  expect(await hello('127.77.1.1', source.httpPort)).toBe('ECONNREFUSED')
})

test.each([0, 2001, 1.5, Number.NaN])('a demo of %d nodes is refused', async nodes => {
  await expect(openLoopback({ nodes })).rejects.toThrow('cannot be')
})
