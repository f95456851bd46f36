import './compile-cache.ts'
import type { IpAddress } from '../../src/core/model/node.ts'
import type { Outcome, ProbeKind } from '../../src/core/model/probe.ts'
import type { Finding, Prober, ProberState, Slot } from '../../src/core/model/prober.ts'
import { openProber, type ProberSettings } from '../../src/probes/index.ts'
import { type Peer, toPeer } from '../../src/probes/peer.ts'

export interface Watched extends AsyncDisposable {
  readonly prober: Prober
  readonly findings: readonly Finding[]
  readonly states: readonly ProberState[]
  /** Why the prober was interrupted, each time. */
  readonly interruptions: readonly string[]
  /** Probes these addresses once; their slots are their places in the list. */
  probeOnce(ips: readonly string[]): Promise<void>
  /** The latest outcome of a slot. */
  outcome(slot: Slot, kind: ProbeKind): Outcome | undefined
}

export function peerOf(ip: string): Peer {
  const peer = toPeer({ slot: 1, ip: ip as IpAddress })
  if (peer === undefined) throw new Error(`${ip} is no address`)
  return peer
}

export const targetsOf = (ips: readonly string[]) =>
  ips.map((ip, slot) => ({ slot, ip: ip as IpAddress }))

/** A real prober, and all that it tells. */
export async function watchProber(settings: Partial<ProberSettings> = {}): Promise<Watched> {
  const findings: Finding[] = []
  const states: ProberState[] = []
  const interruptions: string[] = []
  const prober = await openProber({
    httpPort: 1,
    timeoutMs: 5000,
    maxProbesPerSecond: 100_000,
    icmp: 'auto',
    icmpCount: 3,
    http: 'auto',
    ...settings,
  })({
    findings: batch => void findings.push(...batch),
    state: state => void states.push(state),
    interrupted: reason => void interruptions.push(reason),
    resumed: () => {},
  })
  return {
    prober,
    findings,
    states,
    interruptions,
    async probeOnce(ips) {
      const targets = targetsOf(ips)
      prober.follow({ targets, intervalMs: 0 })
      await prober.probe(targets.map(({ slot }) => slot))
    },
    outcome: (slot, kind) =>
      findings.findLast(finding => finding.slot === slot && finding.kind === kind)?.outcome,
    [Symbol.asyncDispose]: () => prober.close(),
  }
}
