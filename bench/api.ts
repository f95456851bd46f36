import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createAttachment } from '../src/core/api/attach.ts'
import { createResponder } from '../src/core/api/responder.ts'
import { createHealthServer } from '../src/core/api/server.ts'
import { systemClock } from '../src/core/clock.ts'
import { createStore, type Store } from '../src/core/engine/store.ts'
import type { IpAddress, NodeName } from '../src/core/model/node.ts'
import { probeKinds } from '../src/core/model/probe.ts'
import { print, type Row, round, totalUs } from './lab.ts'

/**
 * How fast the API answers: `node bench/api.ts`. The daemon is a thread of its own with a unix
 * socket; four times a second a hundredth of all results is new.
 */

const rounds = 60

function clusterOf(count: number): Store {
  const origin = { kind: 'engine', label: 'bench' } as const
  const store = createStore({ clock: systemClock, origin, historyLength: rounds })
  const names = Array.from({ length: count }, (_, index) => `node-${index}` as NodeName)
  const ip = (net: number, index: number) => `10.${net}.${index >> 8}.${index & 255}` as IpAddress
  store.setNodes({
    nodes: names.map((name, index) => ({
      name,
      paths: [
        { node: name, to: 'host', rank: 'primary', ip: ip(1, index) },
        { node: name, to: 'endpoint', rank: 'primary', ip: ip(2, index) },
      ],
    })),
  })
  store.setFeed({ kind: 'live' })
  for (let round = 0; round < rounds; round += 1) recordAll(store, Date.now() + 1000 * round, 1)
  return store
}

/** A share of all probes gets a new reply. */
function recordAll(store: Store, atMs: number, share: number): void {
  const outcome = { kind: 'reply', atMs, rttNs: 123_456, clock: 'kernel' } as const
  const paths = store.paths()
  store.record(
    paths
      .slice(0, Math.ceil(paths.length * share))
      .flatMap(({ slot }) => probeKinds.map(kind => ({ slot, kind, outcome }))),
  )
}

const get = (socketPath: string, path: string) =>
  new Promise<number>((resolve, reject) => {
    request({ socketPath, path }, response => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      response.once('end', () => resolve(bytes))
    })
      .once('error', reject)
      .end()
  })

async function medianMs(times: number, work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (let time = 0; time < times; time += 1) {
    const startMs = performance.now()
    await work()
    taken.push(performance.now() - startMs)
  }
  return taken.sort((a, b) => a - b)[times >> 1] ?? Number.NaN
}

/** The daemon's thread. */
async function serve({ count, path }: { count: number; path: string }): Promise<void> {
  const store = clusterOf(count)
  const source = {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    probe: async () => ({ kind: 'probed', paths: 0 }) as const,
    close: async () => store.close(),
  }
  const server = createHealthServer({ source, healthz: async () => ({ kind: 'ok', body: {} }) })
  await server.listen({ path })
  parentPort?.postMessage('listening')
  await get(path, '/v1beta/status')
  const results = setInterval(() => recordAll(store, Date.now(), 0.01), 250)
  parentPort?.once('message', async () => {
    clearInterval(results)
    store.close()
    await server.close()
    parentPort?.close()
  })
}

async function measure(count: number, directory: string): Promise<readonly Row[]> {
  const path = join(directory, `${count}.sock`)
  const daemon = new Worker(new URL(import.meta.url), { workerData: { count, path } })
  await once(daemon, 'message')
  await get(path, '/v1beta/status')
  const statusMs = await medianMs(100, () => get(path, '/v1beta/status'))
  const startMs = performance.now()
  const attachment = createAttachment({
    target: `unix://${path}`,
    clock: systemClock,
    historyLength: rounds,
  })
  const full = () =>
    attachment.snapshot().nodes.at(-1)?.paths.at(-1)?.probes.http.history.length === rounds
  while (!full()) await new Promise(resolve => setTimeout(resolve, 5))
  const filledMs = performance.now() - startMs
  await attachment.close()
  daemon.postMessage('end')
  await once(daemon, 'exit')
  return [
    row(`GET /status of ${count} nodes, median ms`, statusMs, count === 1000 ? '3' : '15'),
    row(`an attachment to ${count} nodes has a history of ${rounds}, ms`, filledMs, 'told'),
  ]
}

const row = (figure: string, ours: number, target: string): Row => ({
  figure,
  ours: round(ours),
  target,
  command: 'node bench/api.ts',
})

async function measureResponder(): Promise<Row> {
  const responder = await createResponder({ port: 0, addresses: ['127.0.0.1'] })
  const cpuBefore = process.cpuUsage()
  await medianMs(2000, () => fetch(`http://127.0.0.1:${responder.port}/hello`))
  const cpuUs = totalUs(process.cpuUsage(cpuBefore)) / 2000
  await responder.close()
  return row('an answer of the responder, µs of CPU with its client (fetch)', cpuUs, 'told')
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-api-'))
  const rows = [...(await measure(1000, directory)), ...(await measure(4000, directory))]
  rmSync(directory, { recursive: true })
  print({ rows: [...rows, await measureResponder()], skipped: [] })
}

await (isMainThread ? main() : serve(workerData))
