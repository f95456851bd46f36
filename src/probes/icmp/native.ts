import type { FailureReason } from '../../core/model/probe.ts'
import type { RejectedReplies } from '../../core/model/prober.ts'
import type { Method, Replied, Report } from '../method.ts'
import { isFrom, type Peer } from '../peer.ts'
import { isCongestion, reasonOf } from '../reasons.ts'
import type { Sockets } from '../sockets.ts'
import {
  answered,
  createFlightRing,
  type FlightRing,
  flying,
  type IcmpPatience,
  lost,
} from './flights.ts'
import type { EchoSocket } from './open.ts'
import {
  type Arrivals,
  countDrops,
  createWire,
  drain,
  drainErrors,
  sendEcho,
  type Wire,
} from './wire.ts'

interface Icmp {
  readonly sockets: Sockets
  readonly wire: Wire
  readonly patience: IcmpPatience
  readonly report: Report
  readonly ring: FlightRing
  readonly rejected: { -readonly [Kind in keyof RejectedReplies]: number }
  /** What is reported; the same object each time. */
  readonly reply: { -readonly [Field in keyof Replied]: Replied[Field] }
  arrivals: Arrivals
  /** Serials of probes whose first packet the kernel had no room for. */
  unsent: number[]
  flying: number
  young: number
  /** The wall clock's distance to the monotonic one. */
  offsetNs: number
  drainedMs: number
  drops: number
  /** When replies were last seen to be dropped. */
  droppedMs: number
}

const packetGapMs = 100
/** What one reply takes of the socket's receive buffer. */
const replyBufferBytes = 832
/** A departure stamp further from our own than this is another packet's. */
const departureLimitNs = 20e6

/** While nothing is expected, late replies are still counted. */
const idleDrainMs = 1000

/** ICMP through a socket of our own: datagram or raw, IPv4 or IPv6, with kernel stamps. */
export function createNativeIcmp(
  sockets: Sockets,
  socket: EchoSocket,
  patience: IcmpPatience,
  report: Report,
): Method {
  const { packets } = patience
  const icmp: Icmp = {
    sockets,
    wire: createWire(sockets, socket),
    patience,
    report,
    // One age for each packet after the first (a lone one grows old, too), and the last: over.
    ring: createFlightRing(Math.max(2, packets), packets),
    rejected: { late: 0, duplicate: 0, foreign: 0, altered: 0, spoofed: 0 },
    reply: { atMs: 0, rttNs: 0, clock: 'kernel', packets: 1 },
    arrivals: undefined as never, // set below: it needs the rest
    unsent: [],
    flying: 0,
    young: 0,
    offsetNs: 0,
    drainedMs: 0,
    drops: 0,
    droppedMs: Number.NEGATIVE_INFINITY,
  }
  icmp.arrivals = receive(icmp)
  const most = Math.max(1, Math.floor(socket.bufferBytes / replyBufferBytes / 2))
  return {
    ability: { kind: 'ready', method: `${socket.kind} socket`, clock: 'kernel' },
    room: () => (icmp.unsent.length > 0 ? 0 : most - icmp.young),
    begin(peers, nowMs) {
      measureOffset(icmp)
      icmp.flying += peers.length
      icmp.young += peers.length
      for (const peer of peers) send(icmp, icmp.ring.begin(peer, nowMs))
    },
    drain(nowMs) {
      if (icmp.flying === 0 && nowMs - icmp.drainedMs < idleDrainMs) return
      icmp.drainedMs = nowMs
      measureOffset(icmp)
      drain(icmp.wire, icmp.arrivals)
    },
    expire: (nowMs, stalledMs) => expire(icmp, nowMs, stalledMs),
    inFlight: () => icmp.flying,
    drops: () => countDrops(icmp.wire),
    rejected: () => ({ ...icmp.rejected }),
    sentBytes: () => icmp.wire.sentBytes,
    forget: () => {},
    close: () => sockets.close(socket.fd),
  }
}

const measureOffset = (icmp: Icmp) => {
  icmp.offsetNs = icmp.sockets.nowNs() - performance.now() * 1e6
}

/** Sends the probe's next packet. A first one that the kernel has no room for is kept for later. */
function send(icmp: Icmp, row: number): void {
  let error = trySend(icmp, row)
  if (error === '') return
  // The error of another packet is told to whoever sends next: clear it away, and ask again.
  drainErrors(icmp.wire, icmp.arrivals)
  error = trySend(icmp, row)
  if (error === '') return
  const { packets, serials } = icmp.ring.flights()
  if (!isCongestion(error)) lose(icmp, row, reasonOf(error))
  else if (packets[row] === 0) icmp.unsent.push(serials[row] ?? 0)
}

function trySend({ ring, wire, offsetNs }: Icmp, row: number): string {
  const flights = ring.flights()
  const peer = flights.peers[row]
  if (peer === undefined) return ''
  const serial = flights.serials[row] ?? 0
  const attempt = flights.packets[row] ?? 0
  const tokenHigh = flights.tokenHighs[row] ?? 0
  const tokenLow = flights.tokenLows[row] ?? 0
  const error = sendEcho(wire, peer, serial, tokenHigh, tokenLow, attempt)
  if (error !== '') return error
  flights.packets[row] = attempt + 1
  flights.sentNs[ring.at(row, attempt)] = wire.sentNs
  flights.offsetNs[ring.at(row, attempt)] = offsetNs
  return ''
}

function expire(icmp: Icmp, nowMs: number, stalledMs: number): void {
  if (icmp.flying === 0) return
  const { ring } = icmp
  const { timeoutMs, packets } = icmp.patience
  const waiting = icmp.unsent
  icmp.unsent = []
  for (const serial of waiting) {
    const row = ring.rowOf(serial)
    if (row >= 0 && ring.flights().states[row] === flying) send(icmp, row)
  }
  const sendAgain = (row: number) => {
    grow(icmp, row)
    const sent = ring.flights().packets[row] ?? 0
    if (sent > 0 && sent < packets) send(icmp, row)
  }
  const over = Math.max(1, packets - 1)
  for (let stage = 0; stage < over && (stage + 1) * packetGapMs < timeoutMs; stage += 1)
    ring.pass(stage, (stage + 1) * packetGapMs, nowMs, sendAgain)
  noticeDrops(icmp, nowMs)
  const excusedMs = Math.max(stalledMs, icmp.droppedMs)
  ring.pass(over, timeoutMs, nowMs, row => giveUp(icmp, row, excusedMs))
}

function noticeDrops(icmp: Icmp, nowMs: number): void {
  const drops = countDrops(icmp.wire)
  if (drops > icmp.drops) icmp.droppedMs = nowMs
  icmp.drops = drops
}

/** Silence is the target's, unless replies may have been lost, or never asked for, on our side. */
function giveUp(icmp: Icmp, row: number, excusedMs: number): void {
  const { packets, beganMs } = icmp.ring.flights()
  if (packets[row] === 0) lose(icmp, row, 'no-resources', 'no room to send')
  else if ((beganMs[row] ?? 0) > excusedMs) lose(icmp, row, 'timeout')
  else lose(icmp, row, 'no-resources', 'replies may have been lost here')
}

const receive = (icmp: Icmp): Arrivals => ({
  departed(serial, attempt, stampNs) {
    const row = icmp.ring.rowOf(serial)
    if (row < 0) return
    const { sentNs } = icmp.ring.flights()
    const at = icmp.ring.at(row, attempt)
    const behindNs = stampNs - (sentNs[at] ?? 0)
    if (behindNs >= 0 && behindNs < departureLimitNs) sentNs[at] = stampNs
  },
  refused(echo, reason, detail) {
    const row = icmp.ring.find(echo)
    const waitedMs = performance.now() - (icmp.ring.flights().beganMs[row] ?? 0)
    if (waitedMs <= icmp.patience.timeoutMs) lose(icmp, row, reason, detail)
  },
  replied(echo, stampNs, view, nameAt) {
    const row = icmp.ring.find(echo)
    const flights = icmp.ring.flights()
    const peer = flights.peers[row]
    const sent = flights.packets[row] ?? 0
    if (row < 0 && icmp.ring.rowOf(echo.serial) >= 0) icmp.rejected.spoofed += 1
    else if (row < 0 || peer === undefined || echo.attempt >= sent || !isFrom(view, nameAt, peer))
      icmp.rejected.foreign += 1
    else if (flights.states[row] === answered) icmp.rejected.duplicate += 1
    else if (flights.states[row] === lost) icmp.rejected.late += 1
    else accept(icmp, row, peer, echo.attempt, stampNs)
  },
  stranger(kind) {
    icmp.rejected[kind] += 1
  },
})

function accept(icmp: Icmp, row: number, peer: Peer, attempt: number, stampNs: number): void {
  const { sockets, reply, ring, offsetNs } = icmp
  const stamped = !Number.isNaN(stampNs)
  const arrivedNs = stamped ? stampNs : sockets.nowNs()
  // The deadline counts from the first packet; `expire` tells whose fault it is that it passed.
  if (ring.sinceNs(row, 0, arrivedNs, offsetNs, sockets.nowNs) > icmp.patience.timeoutMs * 1e6) {
    icmp.rejected.late += 1
    return
  }
  land(icmp, row, answered)
  reply.atMs = sockets.epochSeconds * 1000 + arrivedNs / 1e6
  reply.rttNs = ring.sinceNs(row, attempt, arrivedNs, offsetNs, sockets.nowNs)
  reply.clock = stamped ? 'kernel' : 'process'
  reply.packets = attempt + 1 // those behind it may yet be answered: a long way is no loss
  icmp.report.reply(peer, 'icmp', reply)
}

function lose(icmp: Icmp, row: number, reason: FailureReason, detail = ''): void {
  const { peers, states, packets } = icmp.ring.flights()
  const peer = peers[row]
  if (states[row] !== flying || peer === undefined) return
  land(icmp, row, lost)
  icmp.report.failure(peer, 'icmp', reason, detail, { packets: packets[row] ?? 0 })
}

function land(icmp: Icmp, row: number, state: typeof answered | typeof lost): void {
  grow(icmp, row)
  icmp.ring.flights().states[row] = state
  icmp.flying -= 1
}

/** A probe without an answer by now is slow: its reply will not crowd the others'. */
function grow(icmp: Icmp, row: number): void {
  const { young } = icmp.ring.flights()
  if (young[row] === 0) return
  young[row] = 0
  icmp.young -= 1
}
