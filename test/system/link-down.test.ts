import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noNamespaces, twoNamespaces } from '../support/namespaces.ts'
import { type Running, start } from '../support/program.ts'

const obstacle = noNamespaces()

/** The verdict of the only node, each time that it is another one. */
async function* turns(watching: Running): AsyncGenerator<string> {
  let last = ''
  for await (const line of watching.lines()) {
    const { verdict } = JSON.parse(line).nodes[0]
    if (verdict !== last) yield verdict
    last = verdict
  }
}

describe.skipIf(obstacle)(`two network namespaces (${obstacle || 'as root'})`, () => {
  let pair: ReturnType<typeof twoNamespaces>
  let responder: Running

  beforeAll(async () => {
    pair = twoNamespaces()
    responder = start(['-d', '--passive'], { within: pair.inside(pair.there) })
    await responder.stderrMatches(/4240/)
  })
  afterAll(async () => {
    await responder?.stop()
    pair?.close()
  })

  const top = (...args: readonly string[]) =>
    start(['top', '--json', '--node', `b=${pair.there.address}`, ...args], {
      within: pair.inside(pair.here),
    })

  test('one round sends one echo request and opens one connection, by the kernel’s own count', async () => {
    const count = () => [
      pair.counter(pair.there, 'Icmp', 'InEchos'),
      pair.counter(pair.there, 'Tcp', 'PassiveOpens'),
    ]
    const before = count()
    for (let round = 1; round <= 3; round += 1) {
      const { stdout } = await top('--interval', '60s').ended
      expect(JSON.parse(stdout).summary).toMatchObject({ nodes: 1, reachable: 1 })
      expect(count().map((now, index) => now - (before[index] ?? 0))).toEqual([round, round])
    }
  })

  test('a node whose link goes down turns unreachable, and reachable when it is back', async () => {
    const watching = top('--watch', '--interval', '200ms', '--timeout', '1s')
    const seen: string[] = []
    for await (const verdict of turns(watching)) {
      seen.push(verdict)
      if (seen.length === 1) pair.link(pair.there, 'down')
      if (seen.length === 2) pair.link(pair.there, 'up')
      if (seen.length === 3) break
    }
    await watching.stop()
    expect(seen).toEqual(['reachable', 'unreachable', 'reachable'])
  })
})
