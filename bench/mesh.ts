import { createMesh } from '../src/core/engine/mesh.ts'
import { emptyHistory } from '../src/core/model/history.ts'
import type { Mesh } from '../src/core/model/mesh.ts'
import { viewMesh } from '../src/core/model/mesh-view.ts'
import type { IpAddress, NodeName } from '../src/core/model/node.ts'
import type { Outcome } from '../src/core/model/probe.ts'
import type { NodeHealth, PathHealth, ProbeHealth, Snapshot } from '../src/core/model/snapshot.ts'
import { print, type Row, round } from './lab.ts'

import { measureAnswers } from './mesh-answers.ts'

/**
 * What the mesh costs: `node --expose-gc bench/mesh.ts [SOURCES TARGETS]`. Every source tells of every
 * target, host and endpoint, ICMP and HTTP; one target is down, one pair of zones apart. Prints the
 * CPU time of a full update of all rows and of a look, and the memory that the matrix holds; then the
 * same from the JSON that the agents of a cluster answer.
 */

const zones = 10
const nameOf = (index: number) => `zone-${index % zones}/node-${index}` as NodeName

const nowMs = Date.now()

/** What a source tells: the objects are made anew for each, as a real answer's are. */
function snapshotOf(source: number, targets: number): Snapshot {
  return {
    origin: { kind: 'daemon', label: `${source}` },
    takenAtMs: nowMs,
    intervalMs: 60_000,
    feed: { kind: 'live' },
    agent: { kind: 'absent' },
    prober: undefined,
    self: nameOf(source),
    nodes: Array.from({ length: targets }, (_, target) => nodeOf(source, target)),
  }
}

const isCut = (source: number, target: number) =>
  target === 7 || (source % zones === 1 && target % zones === 2)

function nodeOf(source: number, target: number): NodeHealth {
  const name = nameOf(target)
  const outcome: Outcome = isCut(source, target)
    ? { kind: 'failure', atMs: nowMs - 1000, reason: 'timeout', detail: '' }
    : { kind: 'reply', atMs: nowMs - 1000, rttNs: 1000 * (1 + source + target), clock: 'kernel' }
  const probe: ProbeHealth = {
    verdict: outcome.kind === 'reply' ? 'reachable' : 'unreachable',
    last: outcome,
    history: emptyHistory,
    changedAtMs: undefined,
    flaps: 0,
  }
  const paths = (['host', 'endpoint'] as const).map(
    (to): PathHealth => ({
      node: name,
      to,
      rank: 'primary',
      ip: `10.0.${target >> 8}.${target & 255}` as IpAddress,
      verdict: probe.verdict,
      probes: { icmp: probe, http: probe },
    }),
  )
  return { name, local: false, verdict: probe.verdict, paths }
}

/** CPU milliseconds of a piece of work. */
function cpuMs<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return { result, ms: (user + system) / 1000 }
}

const memoryMb = () => {
  globalThis.gc?.()
  const { rss, arrayBuffers, heapUsed } = process.memoryUsage()
  return { rss: rss / 2 ** 20, held: (arrayBuffers + heapUsed) / 2 ** 20 }
}

function measure(sources: number, targets: number): readonly Row[] {
  const before = memoryMb()
  const keeper = createMesh({ clock: { nowMs: () => nowMs } })
  const takeAll = () => {
    let takenMs = 0
    for (let source = 0; source < sources; source += 1) {
      const snapshot = snapshotOf(source, targets)
      takenMs += cpuMs(() => keeper.take({ label: `unix:///run/${source}` }, snapshot)).ms
    }
    return takenMs
  }
  const firstMs = takeAll()
  const updateMs = takeAll()
  const held = memoryMb()
  const { result: mesh, ms: meshMs } = cpuMs((): Mesh => keeper.mesh())
  const { result: view, ms: viewMs } = cpuMs(() => viewMesh(mesh, { groupBy: 'cluster' }))
  const after = memoryMb()
  const what = `${sources} x ${targets}`
  const shapes = view.findings.map(({ shape }) => shape).join(', ')
  return [
    row(
      `${what}: a full update of all rows, CPU ms`,
      updateMs,
      sources < 1000 ? 'told' : '<= 2000',
    ),
    row(`${what}: the first one, CPU ms`, firstMs, 'told'),
    row(`${what}: the matrix, CPU ms`, meshMs, 'told'),
    row(`${what}: a look with findings (${shapes}), CPU ms`, viewMs, 'told'),
    row(`${what}: held, MB`, held.held - before.held, '<= 300'),
    row(`${what}: held with a look, MB`, after.held - before.held, 'told'),
    row(`${what}: RSS of the process, MB`, after.rss, 'told'),
  ]
}

const row = (figure: string, ours: number, target: string): Row => ({
  figure,
  ours: round(ours, 1),
  target,
  command: 'node --expose-gc bench/mesh.ts',
})

const [sources, targets] = process.argv.slice(2).map(Number)
const sizes: readonly (readonly [number, number])[] =
  sources && targets
    ? [[sources, targets]]
    : [
        [100, 100],
        [1000, 1000],
        [200, 5000],
      ]
print({
  rows: sizes.flatMap(([rows, columns]) => [
    ...measure(rows, columns),
    ...measureAnswers(rows, columns, snapshotOf),
  ]),
  skipped: [],
})
