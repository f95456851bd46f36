import { PassThrough } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { readAloud } from '../../../src/ui/top/reader.ts'
import { cluster, fakeSource, nodeOf, nowMs } from '../../support/clusters.ts'

process.env.TZ = 'UTC'

/** The reader on plain streams: what it said so far, and a way to press keys. */
function reader(snapshot: ReturnType<typeof cluster>) {
  const source = fakeSource(snapshot)
  const stdin = Object.assign(new PassThrough(), { setRawMode: () => {} })
  const stdout = new PassThrough()
  let said = ''
  stdout.on('data', text => {
    said += text
  })
  const leaving = new AbortController()
  const ended = readAloud({
    source,
    nowMs: () => nowMs,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    signal: leaving.signal,
  })
  onTestFinished(async () => {
    leaving.abort()
    await ended
    expect(source.listeners).toBe(0)
  })
  const press = (keys: string) => stdin.write(keys)
  return { source, said: () => said.replaceAll('\r', ''), press }
}

test('the summary waits for the first round, and what was found in it is told once', () => {
  const { source, said } = reader(
    cluster({
      nodes: [
        { name: 'a', plight: 'new' },
        { name: 'b', plight: 'new' },
      ],
      feed: { kind: 'starting' },
    }),
  )
  expect(said()).toMatch(/Waiting for the first round\.\n$/)
  const half = cluster({
    nodes: [
      { name: 'a', plight: 'down' },
      { name: 'b', plight: 'new' },
    ],
  })
  source.push(half)
  expect(said()).toMatch(/Waiting for the first round\.\n$/)
  source.push({ ...half, nodes: [...half.nodes.slice(0, 1), nodeOf({ name: 'b' }, 1)] })
  const [, summary = ''] = said().split('round.\n')
  expect(summary).toMatch(/^2 nodes: 1 DOWN, 1 OK\.\na: DOWN, [^\n]+\n$/)
})

test('the list tells the RTTs, and probing how many nodes', async () => {
  const { said, press } = reader(cluster({ nodes: [{ name: 'a' }, { name: 'b' }] }))
  press('a')
  await expect
    .poll(said)
    .toMatch(/a: OK, .*, host icmp 560us, host http 1\.40ms, endpoint icmp 728us/)
  press('pp')
  await expect.poll(said).toMatch(/Probing 2 nodes\.\nstill probing\n$/)
})
