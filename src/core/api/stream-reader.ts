import { isIP } from 'node:net'
import type { Store } from '../engine/store.ts'
import { marksIn } from '../model/marks.ts'
import type { IpAddress, Labels, Node, NodeName, Path } from '../model/node.ts'
import { clocks, failureReasons, type Outcome, probeKinds } from '../model/probe.ts'
import type { Finding, Slot } from '../model/prober.ts'
import type { Intake, IsNews } from './intake.ts'
import { plainLabels } from './plain-labels.ts'
import { plainText } from './plain-text.ts'
import { maxNameLength, maxNodes, maxPaths } from './read-wire.ts'
import { marksOf, maxHistory, streamProtocol } from './stream-protocol.ts'
import { readState } from './stream-state.ts'

/** The other side speaks no stream that we know; it may still answer polls. */
export class UnknownStream extends Error {}

/**
 * Takes the stream's lines, one at a time, into the store, and returns each one's kind. Throws an Error on a line that is no
 * JSON or breaks a bound, and UnknownStream if the protocol is another.
 */
export function createStreamReader(store: Store, intake: Intake): (line: string) => string {
  let greeted = false
  let list = emptyList()
  let labels = new Map<string, Labels>()
  let slots: readonly (Slot | undefined)[] = []

  const readNodes = (line: Json) => {
    for (const row of listOf(line.nodes)) addNode(list, listOf(row), labels)
    if (line.more === true) return
    const { nodes, paths } = list
    const self = plainText(line.self, maxNameLength) as NodeName
    list = emptyList()
    labels = new Map()
    intake.setNodes({ ...(self === '' ? {} : { self }), nodes })
    slots = paths.map(path => path && intake.slotOf(path))
  }

  const readLabels = (line: Json) => {
    for (const row of listOf(line.rows)) {
      const [name, own] = listOf(row)
      labels.set(plainText(name, maxNameLength), plainLabels(own))
      if (labels.size > maxNodes) throw new Error('too many nodes')
    }
  }

  const record = (line: Json, isNews: IsNews) => {
    let marks: readonly unknown[] = []
    const findings = listOf(line.rows).flatMap(each => {
      const row = listOf(each)
      const before = marks
      marks = isMarksRow(row) ? row.slice(2) : []
      return readRow(row, before, slots)
    })
    intake.record(findings, isNews)
  }

  const kinds: Readonly<Record<string, (line: Json) => void>> = {
    hello(line) {
      if (line.protocol !== streamProtocol) throw new UnknownStream('another protocol')
      greeted = true
    },
    labels: readLabels,
    nodes: readNodes,
    state(line) {
      const state = readState(line)
      if (!state) throw new Error('the stream tells a state that makes no sense')
      intake.setIntervalMs(state.intervalMs)
      store.setAgent(state.agent)
      store.setProber(state.prober)
      store.setListLost(state.listLost)
      store.setFeed(state.feed)
    },
    history: line => record(line, isLater),
    findings: line => record(line, () => true),
  }

  return text => {
    const line = parsed(text)
    const kind = String(line.kind)
    if (!greeted && kind !== 'hello') throw new UnknownStream('no greeting')
    if (Object.hasOwn(kinds, kind)) kinds[kind]?.(line)
    return kind
  }
}

type Json = Readonly<Record<string, unknown>>

const isLater: IsNews = (atMs, knownMs) => knownMs === undefined || atMs > knownMs

function parsed(text: string): Json {
  try {
    const line: unknown = JSON.parse(text)
    if (typeof line === 'object' && line !== null) return line as Json
  } catch (error) {
    throw new Error('the stream is no JSON', { cause: error })
  }
  throw new Error('the stream is no JSON')
}

interface ListBeingRead {
  readonly nodes: Node[]
  /** As the rows count them: what made no sense keeps its number. */
  readonly paths: (Path | undefined)[]
}

const emptyList = (): ListBeingRead => ({ nodes: [], paths: [] })

function addNode(
  { nodes, paths }: ListBeingRead,
  [name, ...addresses]: readonly unknown[],
  labels: ReadonlyMap<string, Labels>,
): void {
  const node = plainText(name, maxNameLength) as NodeName
  const read = addresses.map(address => readPath(node, address))
  for (const path of read) paths.push(path)
  const own = labels.get(node)
  nodes.push({
    name: node,
    ...(own ? { labels: own } : {}),
    paths: read.filter(path => path !== undefined),
  })
  if (nodes.length > maxNodes || paths.length > maxPaths) throw new Error('too many nodes')
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function readPath(node: NodeName, address: unknown): Path | undefined {
  const [to, rank, ip] = listOf(address)
  if (to !== 'host' && to !== 'endpoint') return undefined
  if (rank !== 'primary' && rank !== 'secondary') return undefined
  if (typeof ip !== 'string' || ip.length > 64 || isIP(ip) === 0) return undefined
  return { node, to, rank, ip: ip as IpAddress }
}

const isMarksRow = ([, probe]: readonly unknown[]): boolean =>
  probeKinds.some((_, number) => marksOf(number) === probe)

function readRow(
  row: readonly unknown[],
  marks: readonly unknown[],
  slots: readonly (Slot | undefined)[],
): Finding[] {
  const [path, probe, evidence, ...series] = row
  const slot = slots[Number(path)]
  const kind = probeKinds[Number(probe)]
  if (slot === undefined || kind === undefined || series.length > 2 * maxHistory) return []
  const findings: Finding[] = []
  let atMs = 0
  for (let index = 0; index + 1 < series.length; index += 2) {
    atMs += Number(series[index])
    const result = Number(series[index + 1])
    const newest = index + 2 >= series.length
    const outcome = readOutcome(atMs, result, newest ? evidence : 0)
    const told = marksIn(Number(marks[index / 2] ?? 0))
    if (outcome) findings.push({ slot, kind, outcome: { ...outcome, ...told } })
  }
  return findings
}

function readOutcome(atMs: number, result: number, evidence: unknown): Outcome | undefined {
  // What a Date can show.
  if (!(atMs >= 0 && atMs <= 8.64e15) || !(result < 1e15)) return undefined
  if (result < 0) {
    const reason = failureReasons[-1 - result] ?? 'other'
    return { kind: 'failure', atMs, reason, detail: plainText(evidence, 512) }
  }
  const [stamp, connectNs] = listOf(evidence)
  const clock = clocks.find(known => known === stamp) ?? 'unknown'
  const reply = { kind: 'reply', atMs, rttNs: result, clock } as const
  return typeof connectNs === 'number' && connectNs >= 0 && connectNs < 1e15
    ? { ...reply, connectNs }
    : reply
}
