import type { NodeName, PathTarget } from './node.ts'
import { type FailureReason, type ProbeKind, probeKinds } from './probe.ts'
import type { NodeHealth, PathHealth, ProbeHealth, Snapshot, Verdict } from './snapshot.ts'

/** One of a node's probes, as events name it. */
export interface ProbeRef {
  readonly to: PathTarget
  readonly ip: string
  readonly kind: ProbeKind
}

/** What one snapshot says that the one before did not. */
export type Change =
  | {
      readonly kind: 'verdict'
      readonly atMs: number
      readonly node: NodeName
      readonly probe: ProbeRef
      readonly from: Verdict
      readonly to: Verdict
      readonly reason: FailureReason | undefined
      /** It was so at the first look, and was never seen to turn. */
      readonly maybeOlder: boolean
    }
  | { readonly kind: 'joined' | 'left'; readonly atMs: number; readonly nodes: readonly NodeName[] }
  | {
      readonly kind: 'lost' | 'back'
      readonly what: 'source' | 'list'
      readonly atMs: number
      readonly reason: string
    }
  /** The probe thread was lost and replaced, so often since the start. */
  | {
      readonly kind: 'replaced'
      readonly atMs: number
      readonly reason: string
      readonly number: number
    }

/** The differences of two snapshots, in their order in time. The first list of nodes is none. */
export function changesBetween(before: Snapshot, after: Snapshot): readonly Change[] {
  if (before === after) return []
  return [
    ...feedChanges(before, after),
    ...listChanges(before, after),
    ...proberChanges(before, after),
    ...(before.nodes === after.nodes ? [] : nodeChanges(before, after)),
  ].sort((a, b) => a.atMs - b.atMs)
}

/** The nodes that are not the same object as before, each with its former self. */
export function* changedNodes(
  before: Snapshot,
  after: Snapshot,
): Generator<readonly [NodeHealth, NodeHealth | undefined]> {
  let byName: ReadonlyMap<NodeName, NodeHealth> | undefined
  for (const [index, node] of after.nodes.entries()) {
    if (before.nodes[index] === node) continue
    byName ??= new Map(before.nodes.map(each => [each.name, each]))
    const former = byName.get(node.name)
    if (former !== node) yield [node, former]
  }
}

/** What was never reached is not lost: it was live before, or it left nodes. */
function feedChanges({ feed: before }: Snapshot, { feed, nodes, takenAtMs }: Snapshot): Change[] {
  if (feed.kind === 'lost' && before.kind !== 'lost') {
    if (before.kind !== 'live' && nodes.length === 0) return []
    return [{ kind: 'lost', what: 'source', atMs: feed.sinceMs, reason: feed.reason }]
  }
  return feed.kind !== 'lost' && before.kind === 'lost'
    ? [{ kind: 'back', what: 'source', atMs: takenAtMs, reason: before.reason }]
    : []
}

function listChanges({ listLost: before }: Snapshot, { listLost, takenAtMs }: Snapshot): Change[] {
  if (listLost !== undefined && before === undefined) {
    return [{ kind: 'lost', what: 'list', atMs: listLost.sinceMs, reason: listLost.reason }]
  }
  return listLost === undefined && before !== undefined
    ? [{ kind: 'back', what: 'list', atMs: takenAtMs, reason: before.reason }]
    : []
}

function proberChanges({ prober: before }: Snapshot, { prober, takenAtMs }: Snapshot): Change[] {
  const { restarts: number = 0, restartedAtMs: atMs = takenAtMs } = prober ?? {}
  const reason = prober?.restartReason ?? ''
  // What a daemon did before we came is no news.
  const isNews = before !== undefined && number > (before.restarts ?? 0)
  return isNews ? [{ kind: 'replaced', atMs, reason, number }] : []
}

function nodeChanges(before: Snapshot, after: Snapshot): Change[] {
  const found: Change[] = []
  const joined: NodeName[] = []
  for (const [node, former] of changedNodes(before, after)) {
    if (former === undefined) joined.push(node.name)
    found.push(...verdictChanges(node, former, after.takenAtMs))
  }
  const left = leavers(before, after, joined.length)
  const atMs = after.takenAtMs
  if (joined.length > 0 && before.nodes.length > 0) {
    found.push({ kind: 'joined', atMs, nodes: joined })
  }
  if (left.length > 0) found.push({ kind: 'left', atMs, nodes: left })
  return found
}

function leavers(before: Snapshot, after: Snapshot, joined: number): readonly NodeName[] {
  if (joined === 0 && before.nodes.length === after.nodes.length) return []
  const staying = new Set(after.nodes.map(node => node.name))
  return before.nodes.flatMap(({ name }) => (staying.has(name) ? [] : [name]))
}

function verdictChanges(
  node: NodeHealth,
  former: NodeHealth | undefined,
  takenAtMs: number,
): Change[] {
  return node.paths.flatMap(path => {
    const known = former?.paths.find(({ to, ip }) => to === path.to && ip === path.ip)
    if (known === path) return []
    return probeKinds.flatMap(kind => probeChange(path, kind, known?.probes[kind], takenAtMs))
  })
}

function probeChange(
  { node, to, ip, probes }: PathHealth,
  kind: ProbeKind,
  former: ProbeHealth | undefined,
  takenAtMs: number,
): Change[] {
  const { verdict, last, changedAtMs, flaps } = probes[kind]
  const from = former?.verdict ?? 'unknown'
  // The first good answer is no news; the first bad one is.
  if (verdict === from || (verdict === 'unknown' && last === undefined)) return []
  const atMs = changedAtMs ?? takenAtMs
  const reason = last?.kind === 'failure' ? last.reason : undefined
  const maybeOlder = from === 'unknown' && flaps === 0
  const told = { atMs, node, probe: { to, ip, kind }, from, to: verdict, reason, maybeOlder }
  return [{ kind: 'verdict', ...told }]
}
