import { codes, laneCount, laneOf, reasonCode, reasonOfCode } from './mesh.ts'
import type { IpAddress, NodeFacts, NodeName, PathTarget } from './node.ts'
import { blames, type Outcome, type ProbeKind, probeKinds } from './probe.ts'
import type { NodeHealth } from './snapshot.ts'

/** What a source knows of a node besides, with its host's address. */
export interface OutcomeFacts extends NodeFacts {
  readonly ip?: IpAddress | undefined
}

type OutcomeFactsOf = (name: NodeName) => OutcomeFacts | undefined

/** A source's last outcomes of all nodes, flat: `4 * place + lane`, without an object each. */
export interface Outcomes {
  /** By place; one array for all sources that list the same. */
  readonly names: readonly NodeName[]
  readonly factsOf: OutcomeFactsOf
  /** Unix milliseconds of the newest by the source's clock; 0 without any. */
  readonly newestMs: number
  readonly codes: Uint8Array
  readonly rttNs: Float32Array
  readonly atMs: Float64Array
  /** Since when each is as it is, Unix seconds. */
  readonly sinceS: Uint32Array
}

/** Notes outcomes one by one; `done` gives them all. */
export interface OutcomeNotes {
  /** A path of a node, by the node's place, is known of, and perhaps its outcome. */
  note(
    place: number,
    to: PathTarget,
    kind: ProbeKind,
    outcome: Outcome | undefined,
    changedAtMs?: number,
  ): void
  done(): Outcomes
}

export function noteOutcomes(names: readonly NodeName[], factsOf: OutcomeFactsOf): OutcomeNotes {
  const lanes = laneCount * names.length
  const cells = {
    codes: new Uint8Array(lanes),
    rttNs: new Float32Array(lanes),
    atMs: new Float64Array(lanes),
    sinceS: new Uint32Array(lanes),
  }
  let newestMs = 0
  return {
    note(place, to, kind, outcome, changedAtMs = outcome?.atMs ?? 0) {
      const at = laneCount * place + laneOf(to, kind)
      cells.codes[at] ||= codes.unprobed
      if (outcome === undefined) return
      if (keepWorst(cells, at, outcome)) cells.sinceS[at] = changedAtMs / 1000
      newestMs = Math.max(newestMs, outcome.atMs)
    },
    done: () => ({ names, factsOf, newestMs, ...cells }),
  }
}

/** The last outcomes of a snapshot's nodes. */
export function outcomesOf(nodes: readonly NodeHealth[]): Outcomes {
  const names = nodes.map(({ name }) => name)
  const byName = new Map(nodes.map(node => [node.name, node]))
  const notes = noteOutcomes(names, name => factsIn(byName.get(name)))
  nodes.forEach(({ paths }, place) => {
    for (const { to, probes } of paths) {
      for (const kind of probeKinds) {
        const { last, changedAtMs } = probes[kind]
        notes.note(place, to, kind, last, changedAtMs)
      }
    }
  })
  return notes.done()
}

function factsIn(node: NodeHealth | undefined): OutcomeFacts {
  const { labels, leaving, paths = [] } = node ?? {}
  const host = paths.find(({ to, rank }) => to === 'host' && rank === 'primary')
  return { labels, leaving, ip: host?.ip }
}

/**
 * Of a node's several addresses the worst one is kept, and the older of two that are alike. Tells
 * whether this one is.
 */
function keepWorst(
  { codes: told, rttNs, atMs }: Pick<Outcomes, 'codes' | 'rttNs' | 'atMs'>,
  at: number,
  outcome: Outcome,
): boolean {
  const code = codeOf(outcome)
  const [known, rank] = [rankOf(told[at] ?? 0), rankOf(code)]
  if (known > rank) return false
  const alike = known === rank
  const ns = outcome.kind === 'reply' ? outcome.rttNs : 0
  told[at] = code
  rttNs[at] = alike ? Math.max(ns, rttNs[at] ?? 0) : ns
  atMs[at] = alike ? Math.min(outcome.atMs, atMs[at] ?? 0) : outcome.atMs
  return true
}

const codeOf = (outcome: Outcome) =>
  outcome.kind === 'reply' ? codes.reply : reasonCode(outcome.reason)

/** Nothing, the prober's own trouble, a reply, a failure. */
function rankOf(code: number): number {
  if (code === codes.reply) return 2
  const reason = reasonOfCode(code)
  if (reason === undefined) return 0
  return blames(reason) === 'prober' ? 1 : 3
}
