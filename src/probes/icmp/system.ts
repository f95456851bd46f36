import ping from 'ping'
import type { FailureReason } from '../../core/model/probe.ts'
import { createErrands, type ErrandResult } from '../errands.ts'
import type { Method, Report } from '../method.ts'
import type { Peer } from '../peer.ts'

/** What the system's ping says when it fails, in the C locale. */
const sayings: readonly (readonly [RegExp, FailureReason])[] = [
  [/not permitted|cap_net_raw|permission denied.*socket|lacking privilege/i, 'not-permitted'],
  [/DIFFERENT ADDRESS/, 'bad-reply'],
  [/Host Unreachable|No route to host|Address unreachable/i, 'host-unreachable'],
  [/Net(work)? (is )?Unreachable/i, 'network-unreachable'],
  [/prohibited|Packet filtered|Permission denied/i, 'prohibited'],
  [/Invalid argument/i, 'invalid-route'],
]

/** Asks the system's ping once; a failure of ping itself says nothing about the peer. */
async function run(peer: Peer, timeoutMs: number): Promise<ErrandResult> {
  const seconds = Math.ceil(timeoutMs / 1000)
  try {
    // With a deadline ping sends on, a packet a second, until one reply came.
    const asked = { timeout: seconds, deadline: seconds, min_reply: 1, v6: peer.family === 6 }
    const { alive, time, output } = await ping.promise.probe(peer.ip, asked)
    const said = sayings.find(([pattern]) => pattern.test(output))
    if (said) return { kind: 'failure', reason: said[1], detail: '' }
    const rttNs = Math.round(Number(time) * 1e6)
    const packets = packetsSent(output)
    if (!alive) return { kind: 'failure', reason: 'timeout', detail: '', packets }
    // An altered reply makes ping print a time of centuries.
    if (!(rttNs >= 0 && rttNs <= timeoutMs * 1e6))
      return { kind: 'failure', reason: 'bad-reply', detail: '' }
    return { kind: 'reply', atMs: Date.now(), rttNs, clock: 'unknown', packets }
  } catch {
    return { kind: 'failure', reason: 'not-permitted', detail: 'ping cannot be run' } // not there
  }
}

/** Ping sends until the first reply: all others were lost. */
const packetsSent = (output: string): number =>
  Number(/(\d+) packets transmitted/.exec(output)?.[1] ?? 1)

/** ICMP by the system's own ping, a process for each probe; a text where that may not ping either. */
export async function openSystemIcmp(
  probe: Peer,
  timeoutMs: number,
  report: Report,
): Promise<Method | string> {
  const first = await run(probe, 1000)
  if (first.kind === 'failure') return first.detail || `ping: ${first.reason}`
  return createErrands({
    kind: 'icmp',
    ability: { kind: 'ready', method: 'system ping', clock: 'unknown' },
    atOnce: 16,
    timeoutMs,
    report,
    run: peer => run(peer, timeoutMs),
  })
}
