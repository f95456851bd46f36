import type { NodeName } from '../../core/model/node.ts'
import { probeKinds } from '../../core/model/probe.ts'
import type { NodeHealth, Snapshot } from '../../core/model/snapshot.ts'
import { staleAfterMs } from '../../core/model/verdict.ts'
import { rtt } from './format.ts'
import { nodeState, nodeStates } from './state.ts'

/** What a probe of these nodes changed: `1 went DOWN, 2 unchanged, slowest +12.0ms`. */
export function probeDifference(
  before: Snapshot,
  after: Snapshot,
  names: readonly NodeName[],
): string {
  const wanted = new Set(names)
  const former = new Map(before.nodes.map(node => [node.name, node]))
  const stateIn = (node: NodeHealth, snapshot: Snapshot) =>
    nodeState(node, snapshot.takenAtMs, staleAfterMs(snapshot))
  const turned = new Map<string, number>()
  let unchanged = 0
  let slowestNs = Number.NEGATIVE_INFINITY
  for (const node of after.nodes.filter(({ name }) => wanted.has(name))) {
    const known = former.get(node.name)
    const state = stateIn(node, after)
    if (known === undefined || stateIn(known, before) === state) unchanged += 1
    else turned.set(state, (turned.get(state) ?? 0) + 1)
    slowestNs = Math.max(slowestNs, growthNs(known, node))
  }
  const changes = nodeStates.flatMap(state => {
    const count = turned.get(state)
    return count === undefined ? [] : [`${count} went ${state.toUpperCase()}`]
  })
  const slowest = slowestNs > 0 ? [`slowest +${rtt(slowestNs)}`] : []
  return [...changes, `${unchanged} unchanged`, ...slowest].join(', ')
}

/** How much longer the RTT that grew most has become. */
function growthNs(before: NodeHealth | undefined, after: NodeHealth): number {
  let most = Number.NEGATIVE_INFINITY
  for (const [index, { probes }] of after.paths.entries()) {
    const known = before?.paths[index]?.probes
    for (const kind of probeKinds) {
      const [now, then] = [probes[kind].last, known?.[kind].last]
      if (now?.kind !== 'reply' || then?.kind !== 'reply' || now === then) continue
      most = Math.max(most, now.rttNs - then.rttNs)
    }
  }
  return most
}
