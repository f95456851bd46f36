import type { ProbeKind } from '../../core/model/probe.ts'
import type { PathHealth } from '../../core/model/snapshot.ts'
import type { Row } from './rows.ts'
import { type ProbeState, probeState } from './state.ts'

/** How a path's probes are; both are off on a path that is not there. */
type States = Readonly<Record<ProbeKind, ProbeState>>

/** Which layer is to blame, in a line: each path and kind goes through other parts of the network. */
export function diagnose(row: Row, nowMs: number, staleAfterMs: number): string {
  const { state } = row
  if (state in plainly) return plainly[state as keyof typeof plainly]
  const stateOf = (path: PathHealth | undefined, kind: ProbeKind): ProbeState =>
    path === undefined ? 'off' : probeState(path.probes[kind], nowMs, staleAfterMs)
  const statesOf = (path: PathHealth | undefined): States => ({
    icmp: stateOf(path, 'icmp'),
    http: stateOf(path, 'http'),
  })
  const [host, endpoint] = [statesOf(row.host), statesOf(row.endpoint)]
  if (state === 'down') return failing(answers(host), answers(endpoint))
  const what = state === 'loss' ? 'probes were lost' : 'RTT is above 3x its own median'
  return `${what} ${whereabouts(hitOf(host, state), hitOf(endpoint, state))}`
}

const plainly = {
  ok: 'every probe is answered in time',
  new: 'not probed yet, or no probe can be sent from here',
  stale: 'no fresh answer: the prober or its source stalled, which says nothing about the node',
} as const

/** What a path's trouble shows in: ICMP is the network's; HTTP alone is not, where ICMP is well. */
type Hit = 'icmp' | 'http' | 'unsure'

const isAsked = (state: ProbeState): boolean => state !== 'off' && state !== 'new'

function hitOf({ icmp, http }: States, state: ProbeState): Hit | undefined {
  if (icmp === state) return 'icmp'
  if (http !== state) return undefined
  return isAsked(icmp) ? 'http' : 'unsure'
}

const places = {
  both: {
    icmp: 'on host and endpoint alike: the underlay',
    http: 'in HTTP only, on host and endpoint alike: their responders or TCP, not the underlay',
    unsure: 'on host and endpoint alike, in HTTP, the only probe from here: network or responders',
  },
  host: {
    icmp: 'on the host path: the underlay, or the node itself',
    http: 'in HTTP to the host only: its agent, or TCP to that port; ICMP is well',
    unsure: 'in HTTP to the host, the only probe from here: its agent, or the underlay',
  },
  endpoint: {
    icmp: 'on the endpoint path only: overlay or endpoint datapath',
    http: 'in HTTP to the endpoint only: its responder, or policy; ICMP is well',
    unsure: 'in HTTP to the endpoint only, the only probe from here: overlay, endpoint or policy',
  },
} as const satisfies Record<string, Record<Hit, string>>

function whereabouts(host: Hit | undefined, endpoint: Hit | undefined): string {
  const hits = [host, endpoint]
  const surest = (['icmp', 'unsure', 'http'] as const).find(hit => hits.includes(hit))
  if (surest === undefined) return 'on a secondary address only'
  if (host && endpoint) return places.both[surest]
  return places[host ? 'host' : 'endpoint'][surest]
}

/** `mute`: one kind cannot be asked, and the other is not answered. */
type Answers = 'all' | 'none' | 'icmp' | 'http' | 'mute' | 'unknown'

function answers({ icmp, http }: States): Answers {
  const known = [icmp, http].filter(isAsked)
  if (known.length === 0) return 'unknown'
  if (!known.includes('down')) return 'all'
  if (known.some(state => state !== 'down')) return icmp === 'down' ? 'http' : 'icmp'
  return known.length === 1 ? 'mute' : 'none'
}

function failing(host: Answers, endpoint: Answers): string {
  const endpointAnswers = ['all', 'icmp', 'http'].includes(endpoint)
  if (host === 'none' || host === 'mute') {
    if (endpointAnswers)
      return 'the host is silent but its endpoint answers: a host firewall or policy on the node address'
    return host === 'none'
      ? 'the host does not answer at all: node or underlay down, not policy'
      : 'the host is silent to the only probe from here: its agent, the node or the underlay'
  }
  if (host === 'icmp') return 'the host answers ICMP but not HTTP: agent down, or its port filtered'
  if (host === 'http') return 'the host answers HTTP but not ICMP: ICMP is filtered on the way'
  return endpointFailures[endpoint]
}

const secondaryFails = 'a secondary address fails, the primary ones answer'
const endpointFailures = {
  none: 'only the health endpoint fails: overlay or endpoint datapath',
  mute: 'only the health endpoint is silent to the only probe from here: its responder, or overlay',
  icmp: 'the endpoint answers ICMP but not HTTP: its responder, or policy',
  http: 'the endpoint answers HTTP but not ICMP: ICMP is filtered',
  all: secondaryFails,
  unknown: secondaryFails,
} as const satisfies Record<Answers, string>
