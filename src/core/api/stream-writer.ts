import type { History } from '../model/history.ts'
import { failureReasons, type Outcome, probeKinds } from '../model/probe.ts'
import type { NodeHealth, ProbeHealth, Snapshot } from '../model/snapshot.ts'
import { plainText } from './plain-text.ts'
import {
  beatMs,
  type Evidence,
  marksOf,
  maxLineBytes,
  type NodeRow,
  type Row,
  streamProtocol,
} from './stream-protocol.ts'

export interface StreamWriter {
  /** The lines that bring a new reader up to date. */
  opening(snapshot: Snapshot): Iterable<string>
  /** The lines that tell what changed since the last call. */
  changes(snapshot: Snapshot): Iterable<string>
}

export const beatLine = '{"kind":"beat"}\n'

/**
 * Writes the stream for one reader. It remembers how much of each history was told, and so needs no
 * queue: a slow reader gets larger bundles less often.
 */
export function createStreamWriter(historyLength: number): StreamWriter {
  const told = new WeakMap<History, number>()
  let listed: readonly NodeHealth[] = []
  let lists = 0
  let lastState = ''

  function* nodes(snapshot: Snapshot): Iterable<string> {
    lists += 1
    const { self } = snapshot
    for (const chunk of bundled(snapshot.nodes.flatMap(labelsRow))) {
      yield `{"kind":"labels","rows":[${chunk}]}\n`
    }
    const chunks = [...bundled(snapshot.nodes.map(nodeRow))]
    if (chunks.length === 0) chunks.push('')
    for (const [index, chunk] of chunks.entries()) {
      const head = { kind: 'nodes', list: lists, more: index < chunks.length - 1, self }
      yield `${JSON.stringify(head).slice(0, -1)},"nodes":[${chunk}]}\n`
    }
  }

  function* state(snapshot: Snapshot): Iterable<string> {
    const { intervalMs, feed, agent, prober, listLost } = snapshot
    const text = JSON.stringify({ kind: 'state', intervalMs, feed, agent, prober, listLost })
    if (text !== lastState) yield `${text}\n`
    lastState = text
  }

  function* rows(snapshot: Snapshot, before: readonly NodeHealth[]): Iterable<string> {
    let path = 0
    for (const [index, node] of snapshot.nodes.entries()) {
      if (before[index] !== node) yield* nodeRows(node, path)
      path += node.paths.length
    }
  }

  function* nodeRows(node: NodeHealth, firstPath: number): Iterable<string> {
    for (const [index, path] of node.paths.entries()) {
      for (const [number, kind] of probeKinds.entries()) {
        yield* rowsOf(firstPath + index, number, path.probes[kind])
      }
    }
  }

  /** A probe's news: one item, the row of marks with it. */
  function* rowsOf(path: number, kind: number, { history, last }: ProbeHealth): Iterable<string> {
    const fresh = Math.min(history.total - (told.get(history) ?? 0), history.length, historyLength)
    if (fresh <= 0) return
    told.set(history, history.total)
    const series: number[] = []
    const marks: number[] = []
    let beforeMs = 0
    for (let index = history.length - fresh; index < history.length; index += 1) {
      const atMs = Math.round(history.atMs(index))
      series.push(atMs - beforeMs, resultAt(history, index))
      marks.push(history.mark(index))
      beforeMs = atMs
    }
    const evidence = last && Math.round(last.atMs) === beforeMs ? evidenceOf(last) : 0
    const row = JSON.stringify([path, kind, evidence, ...series] satisfies Row)
    const marked = marks.some(mark => mark > 0)
    yield marked ? `${JSON.stringify([path, marksOf(kind), ...marks])},${row}` : row
  }

  function* update(kind: string, snapshot: Snapshot): Iterable<string> {
    const sameList = isSameList(listed, snapshot.nodes)
    if (lists === 0 || !sameList) yield* nodes(snapshot)
    yield* state(snapshot)
    const before = sameList ? listed : []
    listed = snapshot.nodes
    for (const chunk of bundled(rows(snapshot, before))) {
      yield `{"kind":"${kind}","rows":[${chunk}]}\n`
    }
  }

  return {
    *opening(snapshot) {
      yield `${JSON.stringify({ kind: 'hello', protocol: streamProtocol, beatMs })}\n`
      yield* update('history', snapshot)
    },
    changes: snapshot => update('findings', snapshot),
  }
}

const nodeRow = ({ name, paths }: NodeHealth): string =>
  JSON.stringify([
    name,
    ...paths.map(({ to, rank, ip }) => [to, rank, ip] as const),
  ] satisfies NodeRow)

const labelsRow = ({ name, labels }: NodeHealth): readonly string[] =>
  labels ? [JSON.stringify([name, labels])] : []

const resultAt = (history: History, index: number): number => {
  const reason = history.reason(index)
  return reason === undefined
    ? Math.round(history.rttNs(index))
    : -1 - failureReasons.indexOf(reason)
}

function evidenceOf(last: Outcome): Evidence {
  if (last.kind === 'failure') return plainText(last.detail, 512) || 0
  return last.connectNs === undefined ? [last.clock] : [last.clock, Math.round(last.connectNs)]
}

/** Joins items with commas into texts that fit a line, whatever they are encoded in. */
function* bundled(items: Iterable<string>): Iterable<string> {
  let bundle: string[] = []
  let length = 0
  for (const item of items) {
    if (length + item.length > maxLineBytes / 4) {
      if (bundle.length > 0) yield bundle.join(',')
      bundle = []
      length = 0
    }
    bundle.push(item)
    length += item.length + 1
  }
  if (bundle.length > 0) yield bundle.join(',')
}

const isSameList = (before: readonly NodeHealth[], after: readonly NodeHealth[]) =>
  before.length === after.length && after.every((node, index) => isSame(before[index], node))

const isSame = (before: NodeHealth | undefined, after: NodeHealth) =>
  before === after ||
  (before?.name === after.name &&
    before.local === after.local &&
    before.labels === after.labels &&
    before.paths.length === after.paths.length &&
    before.paths.every((path, index) => {
      const other = after.paths[index]
      return path.to === other?.to && path.rank === other.rank && path.ip === other.ip
    }))
