import parsers from 'ping/lib/parser/factory.js'
import type { FailureReason } from '../../core/model/probe.ts'
import type { ErrandResult } from '../errands.ts'
import type { Peer } from '../peer.ts'

/** What the system's ping says when it fails, in the C locale: iputils', and busybox's. */
const sayings: readonly (readonly [RegExp, FailureReason])[] = [
  [/DIFFERENT ADDRESS/, 'bad-reply'],
  [/send(msg|to): Operation not permitted/i, 'prohibited'], // a local firewall's verdict
  [/not permitted|cap_net_raw|permission denied.*socket|lacking privilege/i, 'not-permitted'],
  [/Do you want to ping broadcast/i, 'prohibited'], // also of a route that prohibits
  [/prohibited|Packet filtered|Permission denied/i, 'prohibited'],
  [
    /Destination unreachable: No route|Net(work)? (is )?(Unreachable|Unknown)/i,
    'network-unreachable',
  ],
  [/Port Unreachable|Connection refused/i, 'refused'],
  [/Host (is )?(Unreachable|Unknown|Isolated)|No route to host/i, 'host-unreachable'],
  [/Protocol Unreachable|Destination unreachable/i, 'host-unreachable'],
  [/Time to live exceeded|Time exceeded/i, 'host-unreachable'],
  [/Invalid argument/i, 'invalid-route'],
  [/No buffer space|Cannot allocate memory|Too many open files/i, 'no-resources'],
]

/**
 * What a ping found, by all that it printed and its exit code (0: a reply, 1: none, else its own
 * trouble). A good reply counts, whatever came before it.
 */
export function readPing(
  text: string,
  exitCode: number,
  peer: Peer,
  timeoutMs: number,
): ErrandResult {
  const times = replyTimes(text, peer)
  const packets = packetsSent(text)
  const rttMs = times?.find(ms => ms >= 0 && ms <= timeoutMs)
  if (rttMs !== undefined)
    return {
      kind: 'reply',
      atMs: Date.now(),
      rttNs: Math.round(rttMs * 1e6),
      clock: 'unknown',
      packets,
    }
  // An altered reply makes ping print a time of centuries.
  if (times && times.length > 0) return { kind: 'failure', reason: 'bad-reply', detail: '' }
  const said = sayings.find(([pattern]) => pattern.test(text))
  if (said) return { kind: 'failure', reason: said[1], detail: teller(text), packets }
  if (times && exitCode <= 1 && /^PING/m.test(text))
    return { kind: 'failure', reason: 'timeout', detail: '', packets }
  return { kind: 'failure', reason: 'no-resources', detail: 'ping failed without a known reason' }
}

/** Ping sends until the first reply: all others were lost. */
const packetsSent = (text: string): number =>
  Number(/(\d+) packets transmitted/.exec(text)?.[1] ?? 1)

/** Milliseconds of each reply from the peer itself; undefined where the package cannot read it. */
function replyTimes(text: string, peer: Peer): readonly number[] | undefined {
  const parser = parsers.createParser(peer.ip, process.platform, { v6: peer.family === 6 })
  const lines = text.split('\n').filter(line => !line.includes('DIFFERENT ADDRESS'))
  try {
    for (const line of lines) parser.eat(line)
    return parser.getResult().times.map(Number)
  } catch {
    return undefined // output that the package does not know makes it throw
  }
}

/** Who said that the peer cannot be reached: `from ADDRESS`, as the native way tells. */
function teller(text: string): string {
  const [, address] = /^From ([\da-fA-F.:]*[\da-fA-F])[ :].*icmp_seq/m.exec(text) ?? []
  return address === undefined ? '' : `from ${address}`
}
