import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createAttachment } from '../../../src/core/api/attach.ts'
import { createHealthClient } from '../../../src/core/api/client.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { isStale, staleAfterMs } from '../../../src/core/model/verdict.ts'
import { temporary, until } from './fake-source.ts'

/** A daemon that answers the stream and all the rest as the test says. */
async function hostile(stream: RequestListener, rest: RequestListener = stream) {
  const path = join(temporary(), 'health.sock')
  const server = createServer((request, response) => {
    response.on('error', () => {})
    const answer = request.url?.startsWith('/v1beta/stream') ? stream : rest
    answer(request, response)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  return `unix://${path}`
}

function attached(target: string) {
  const attachment = createAttachment({ target, clock: systemClock, historyLength: 10 })
  onTestFinished(() => attachment.close())
  return attachment
}

async function lossAt(target: string): Promise<string> {
  const attachment = attached(target)
  await until(() => attachment.snapshot().feed.kind === 'lost', 'the loss')
  const { feed } = attachment.snapshot()
  return feed.kind === 'lost' ? feed.reason : ''
}

const notFound: RequestListener = (_, response) => response.writeHead(404).end()

/** Sends the same again and again; tells how many bytes went out. */
function endless(chunk: Buffer) {
  const sent = { bytes: 0 }
  const send = (response: ServerResponse) => {
    if (response.destroyed) return
    sent.bytes += chunk.length
    response.write(chunk, () => setImmediate(send, response))
  }
  return { sent, answer: ((_, response) => send(response)) satisfies RequestListener }
}

test('an answer of a gigabyte is given up after 64 MiB', async () => {
  const { sent, answer } = endless(Buffer.alloc(1 << 20, ' '))
  const target = await hostile(notFound, answer)
  expect(await lossAt(target)).toBe('the answer is longer than 67108864 bytes')
  await expect(createHealthClient({ host: target }).getStatus()).rejects.toThrow('is longer than')
  expect(sent.bytes, 'nobody reads on').toBeLessThan(400 << 20)
})

test('a line without end is given up after 1 MiB', async () => {
  const { sent, answer } = endless(Buffer.alloc(1 << 16, 'x'))
  expect(await lossAt(await hostile(answer))).toBe('a line is longer than 1048576 bytes')
  expect(sent.bytes).toBeLessThan(64 << 20)
})

test('a list of nodes without end is given up', async () => {
  const row = (index: number) => `["n${index}",["host","primary","192.0.2.1"]]`
  const rows = Array.from({ length: 1000 }, (_, index) => row(index)).join()
  const { answer } = endless(Buffer.from(`{"kind":"nodes","more":true,"nodes":[${rows}]}\n`))
  const target = await hostile((request, response) => {
    response.write('{"kind":"hello","protocol":1}\n')
    answer(request, response)
  })
  expect(await lossAt(target)).toBe('too many nodes')
})

test('a flood of beats keeps nobody from closing', async () => {
  const { answer } = endless(Buffer.from('{"kind":"beat"}\n'.repeat(4000)))
  const target = await hostile((request, response) => {
    response.write('{"kind":"hello","protocol":1}\n{"kind":"nodes","nodes":[]}\n')
    answer(request, response)
  })
  const attachment = attached(target)
  await new Promise(resolve => setTimeout(resolve, 300))
  await attachment.close()
})

test('JSON of a million levels is refused or read, and nobody falls', async () => {
  const deep = '['.repeat(1_000_000)
  const target = await hostile(notFound, (_, response) => response.end(deep))
  expect(await lossAt(target)).toBe('the answer is no JSON')
  const closed = `{"nodes":${deep}${']'.repeat(1_000_000)}}`
  const attachment = attached(await hostile(notFound, (_, response) => response.end(closed)))
  await until(() => attachment.snapshot().feed.kind !== 'starting')
  expect(attachment.snapshot().nodes).toEqual([])
})

test.each(['[]', 'null', '7', '"x"'])(
  '%s for a status is a loss, not an empty cluster',
  async body => {
    const target = await hostile(notFound, (_, response) => response.end(body))
    expect(await lossAt(target)).toBe('the answer is no JSON object')
  },
)

test('a name full of escape codes comes out as plain text', async () => {
  const name = '\u001b[2J\u001b]0;owned\u0007node\u202e\r\n1'
  const host = { 'primary-address': { ip: '192.0.2.1', icmp: { status: '\u001b[31mred\u009b' } } }
  const body = JSON.stringify({ local: { name }, nodes: [{ name, host }] })
  const attachment = attached(await hostile(notFound, (_, response) => response.end(body)))
  await until(() => attachment.snapshot().feed.kind === 'live')
  const text = JSON.stringify(attachment.snapshot())
  expect(text).toContain('node')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]|\\u00/)
})

test.each([
  ['ahead', 3600_000, 'its clock is about 1h0m0s ahead, corrected here'],
  ['behind', -3600_000, 'its clock is about 1h0m0s behind, corrected here'],
])(
  'a clock an hour %s is told, and nothing looks staler or fresher for it',
  async (_, ms, words) => {
    const target = await hostile(notFound, (_request, response) => {
      const theirs = new Date(Math.floor((Date.now() + ms) / 1000) * 1000)
      const lastProbed = theirs.toISOString()
      const icmp = { latency: 5, lastProbed }
      const nodes = [{ name: 'a', host: { 'primary-address': { ip: '192.0.2.1', icmp } } }]
      response.setHeader('Date', theirs.toUTCString())
      response.end(JSON.stringify({ nodes, probeInterval: '10s', timestamp: lastProbed }))
    })
    const attachment = attached(target)
    await until(() => attachment.snapshot().feed.kind === 'live')
    const snapshot = attachment.snapshot()
    expect(attachment.snapshot(), 'the same until something changes').toBe(snapshot)
    expect(snapshot.origin.label).toBe(`${target} (${words})`)
    const probe = snapshot.nodes[0]?.paths[0]?.probes.icmp
    expect(Math.abs((probe?.last?.atMs ?? 0) - Date.now())).toBeLessThan(15_000)
    expect(probe && isStale(probe, snapshot.takenAtMs, staleAfterMs(snapshot))).toBe(false)
  },
)

test('a clock that is a little off is left alone', async () => {
  const target = await hostile(notFound, (_, response) => {
    response.setHeader('Date', new Date(Date.now() + 3000).toUTCString())
    response.end('{"nodes":[]}')
  })
  const attachment = attached(target)
  await until(() => attachment.snapshot().feed.kind === 'live')
  expect(attachment.snapshot().origin.label).toBe(target)
})
