import { probeKinds } from '../../core/model/probe.ts'
import type { PathHealth } from '../../core/model/snapshot.ts'
import type { Row } from './rows.ts'
import { type ProbeState, probeState } from './state.ts'

type Answers = 'all' | 'none' | 'icmp' | 'http' | 'unknown'

/** Which layer is to blame, in a line: each path and kind goes through other parts of the network. */
export function diagnose(row: Row, nowMs: number, staleAfterMs: number): string {
  if (row.state in plainly) return plainly[row.state as keyof typeof plainly]
  const stateOf = (path: PathHealth | undefined) =>
    probeKinds.map(kind =>
      path === undefined ? 'off' : probeState(path.probes[kind], nowMs, staleAfterMs),
    )
  const host = stateOf(row.host)
  const endpoint = stateOf(row.endpoint)
  if (row.state === 'down') return failing(answers(host), answers(endpoint))
  const hit = (states: readonly ProbeState[]) => states.includes(row.state)
  const what = row.state === 'loss' ? 'probes were lost' : 'RTT is above 3x its own median'
  if (hit(host) && hit(endpoint)) return `${what} on host and endpoint alike: the underlay`
  if (hit(host)) return `${what} on the host path: the underlay, or the node itself`
  if (hit(endpoint)) return `${what} on the endpoint path only: overlay or endpoint datapath`
  return `${what} on a secondary address only`
}

const plainly = {
  ok: 'every probe is answered in time',
  new: 'not probed yet, or no probe can be sent from here',
  stale: 'no fresh answer: the prober or its source stalled, which says nothing about the node',
} as const

function answers([icmp = 'off', http = 'off']: readonly ProbeState[]): Answers {
  const known = [icmp, http].filter(state => state !== 'off' && state !== 'new')
  if (known.length === 0) return 'unknown'
  if (!known.includes('down')) return 'all'
  if (!known.some(state => state !== 'down')) return 'none'
  return icmp === 'down' ? 'http' : 'icmp'
}

function failing(host: Answers, endpoint: Answers): string {
  if (host === 'none') {
    return endpoint === 'all'
      ? 'the host is silent but its endpoint answers: a host firewall or policy on the node address'
      : 'the host does not answer at all: node or underlay down, not policy'
  }
  if (host === 'icmp') return 'the host answers ICMP but not HTTP: agent down, or its port filtered'
  if (host === 'http') return 'the host answers HTTP but not ICMP: ICMP is filtered on the way'
  if (endpoint === 'none') return 'only the health endpoint fails: overlay or endpoint datapath'
  if (endpoint === 'icmp') return 'the endpoint answers ICMP but not HTTP: its responder, or policy'
  if (endpoint === 'http') return 'the endpoint answers HTTP but not ICMP: ICMP is filtered'
  return 'a secondary address fails, the primary ones answer'
}
