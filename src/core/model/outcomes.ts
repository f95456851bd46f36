import { codes, laneCount, laneOf, reasonCode, reasonOfCode } from './mesh.ts'
import type { FactsOf, NodeName, PathTarget } from './node.ts'
import { blames, type Outcome, type ProbeKind, probeKinds } from './probe.ts'
import type { NodeHealth } from './snapshot.ts'

/** A source's last outcomes of all nodes, flat: `4 * place + lane`, without an object each. */
export interface Outcomes {
  /** By place; one array for all sources that list the same. */
  readonly names: readonly NodeName[]
  readonly factsOf: FactsOf
  /** Unix milliseconds of the newest by the source's clock; 0 without any. */
  readonly newestMs: number
  readonly codes: Uint8Array
  readonly rttNs: Float32Array
  readonly atMs: Float64Array
}

/** Notes outcomes one by one; `done` gives them all. */
export interface OutcomeNotes {
  /** A path of a node, by the node's place, is known of, and perhaps its outcome. */
  note(place: number, to: PathTarget, kind: ProbeKind, outcome: Outcome | undefined): void
  done(): Outcomes
}

export function noteOutcomes(names: readonly NodeName[], factsOf: FactsOf): OutcomeNotes {
  const lanes = laneCount * names.length
  const cells = {
    codes: new Uint8Array(lanes),
    rttNs: new Float32Array(lanes),
    atMs: new Float64Array(lanes),
  }
  let newestMs = 0
  return {
    note(place, to, kind, outcome) {
      const at = laneCount * place + laneOf(to, kind)
      cells.codes[at] ||= codes.unprobed
      if (outcome === undefined) return
      keepWorst(cells, at, outcome)
      newestMs = Math.max(newestMs, outcome.atMs)
    },
    done: () => ({ names, factsOf, newestMs, ...cells }),
  }
}

/** The last outcomes of a snapshot's nodes. */
export function outcomesOf(nodes: readonly NodeHealth[]): Outcomes {
  const names = nodes.map(({ name }) => name)
  const byName = new Map(nodes.map(node => [node.name, node]))
  const notes = noteOutcomes(names, name => byName.get(name))
  nodes.forEach(({ paths }, place) => {
    for (const { to, probes } of paths) {
      for (const kind of probeKinds) notes.note(place, to, kind, probes[kind].last)
    }
  })
  return notes.done()
}

/** Of a node's several addresses the worst one is kept, and the older of two that are alike. */
function keepWorst(
  { codes: told, rttNs, atMs }: Pick<Outcomes, 'codes' | 'rttNs' | 'atMs'>,
  at: number,
  outcome: Outcome,
): void {
  const code = codeOf(outcome)
  const [known, rank] = [rankOf(told[at] ?? 0), rankOf(code)]
  if (known > rank) return
  const alike = known === rank
  const ns = outcome.kind === 'reply' ? outcome.rttNs : 0
  told[at] = code
  rttNs[at] = alike ? Math.max(ns, rttNs[at] ?? 0) : ns
  atMs[at] = alike ? Math.min(outcome.atMs, atMs[at] ?? 0) : outcome.atMs
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
