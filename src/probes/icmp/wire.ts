import { type Batch, createBatch } from '../batch.ts'
import { linux } from '../linux.ts'
import { type Peer, readAddress, writeAddress } from '../peer.ts'
import type { Memory, Sockets } from '../sockets.ts'
import { departureStamps, type EchoSocket } from './open.ts'
import {
  afterIpHeader,
  type Echo,
  packetBytes,
  readQuoted,
  readReply,
  writeRequest,
} from './packet.ts'

/** One ICMP socket: packets out, packets and errors in. Nothing here waits. */
export interface Wire {
  readonly sockets: Sockets
  readonly socket: EchoSocket
  readonly replies: Batch
  readonly errors: Batch
  readonly out: Memory
  /** Where in `out` the receiver's address is. */
  readonly to: bigint
  /** Which packet (4 · serial + attempt) each of the kernel's departure numbers means. */
  readonly keys: Float64Array
  nextKey: number
  stamping: boolean
  /** When the last packet was handed to the kernel, nanoseconds from the sockets' epoch. */
  sentNs: number
}

/** What comes out of it. Stamps are nanoseconds from the sockets' epoch. */
export interface Arrivals {
  /** The kernel handed a packet to its device. */
  departed(serial: number, attempt: number, stampNs: number): void
  /** The network, or this host, said that a packet of ours cannot arrive. */
  refused(echo: Echo, error: string, from: string): void
  /** NaN where no stamp came with it. The sender's address is in the view. */
  replied(echo: Echo, stampNs: number, view: DataView, nameAt: number): void
  stranger(kind: 'foreign' | 'altered'): void
}

const rowLength = 64
const dataBytes = 192
/** Departures on their way through the error queue: more than fit into a group. */
const keysKept = 1024
/** Where things are in `out`. */
const addressAt = 64
const lengthAt = 128
const meminfoAt = 160
const meminfoDrops = 8

export function createWire(sockets: Sockets, socket: EchoSocket): Wire {
  const out = sockets.memory(256)
  return {
    sockets,
    socket,
    replies: createBatch(sockets, rowLength, dataBytes),
    errors: createBatch(sockets, rowLength, dataBytes),
    out,
    to: out.address + BigInt(addressAt),
    keys: new Float64Array(keysKept).fill(-1),
    nextKey: 0,
    stamping: false,
    sentNs: 0,
  }
}

/** Sends, stamping it straight before. Returns the error's name; empty when the packet left. */
export function sendEcho(
  wire: Wire,
  peer: Peer,
  probe: Omit<Echo, 'attempt'>,
  attempt: number,
): string {
  const { sockets, socket, out } = wire
  writeRequest(out.view, socket.family, socket.id, probe, attempt)
  const length = writeAddress(out.view, addressAt, peer, 0)
  wire.sentNs = sockets.nowNs()
  const sent = sockets.sendto(socket.fd, out.address, packetBytes, 0, wire.to, length)
  const error = sent < 0 ? sockets.error() : ''
  if (wire.stamping && sent < 0) recount(wire)
  else if (wire.stamping) wire.keys[wire.nextKey++ % keysKept] = probe.serial * 4 + attempt
  return error
}

/** Asks the kernel, or no more, to stamp the departure of what is sent from here on. */
export function stampDepartures(wire: Wire, wanted: boolean): void {
  if (!wire.socket.stampsDepartures || wanted === wire.stamping) return
  wire.stamping = wanted
  setStamps(wire, departureStamps | (wanted ? linux.TIMESTAMPING_TX_SOFTWARE : 0))
}

const setStamps = (wire: Wire, flags: number) =>
  wire.sockets.setNumber(wire.socket.fd, linux.SOL_SOCKET, linux.SO_TIMESTAMPING, flags)

/** A failed send may or may not have used up a number: the kernel counts anew from here. */
function recount(wire: Wire): void {
  setStamps(wire, 0)
  setStamps(wire, departureStamps | linux.TIMESTAMPING_TX_SOFTWARE)
  wire.nextKey = 0
  wire.keys.fill(-1)
}

/** Takes in all that is there: replies, and what the error queue holds. */
export function drain(wire: Wire, arrivals: Arrivals): void {
  const { sockets, socket, replies } = wire
  for (let round = 0; round < 1000; round += 1) {
    const received = replies.receive(socket.fd, linux.MSG_DONTWAIT)
    const empty = received < 0 && sockets.error() === 'EAGAIN'
    drainErrors(wire, arrivals) // a reply's own departure is there before the reply is
    for (let index = 0; index < received; index += 1) readPacket(wire, index, arrivals)
    // Any other error was some packet's, told in place of what was received: go on.
    if (empty || (received >= 0 && received < rowLength)) return
  }
}

function readPacket(wire: Wire, index: number, arrivals: Arrivals) {
  const { replies, socket } = wire
  const { view } = replies.memory
  const raw = socket.kind === 'raw'
  const start = replies.dataAt(index)
  const length = replies.length(index)
  const skip = raw && socket.family === 4 ? afterIpHeader(view, start, length) : 0
  const verify = raw && socket.family === 4
  const parsed = readReply(view, start + skip, length - skip, socket.family, verify)
  if (parsed.kind !== 'echo') return arrivals.stranger(parsed.kind)
  if (raw && parsed.id !== socket.id) return arrivals.stranger('foreign')
  arrivals.replied(parsed.echo, replies.control(index).stampNs, view, replies.nameAt(index))
}

export function drainErrors(wire: Wire, arrivals: Arrivals): void {
  for (let received = rowLength; received === rowLength; ) {
    received = wire.errors.receive(wire.socket.fd, linux.MSG_DONTWAIT | linux.MSG_ERRQUEUE)
    for (let index = 0; index < received; index += 1) readError(wire, index, arrivals)
  }
}

function readError(wire: Wire, index: number, arrivals: Arrivals): void {
  const { errors, socket, sockets } = wire
  const { view } = errors.memory
  const { stampNs, errorAt } = errors.control(index)
  if (errorAt < 0) return
  if (view.getUint8(errorAt + 4) === linux.SO_EE_ORIGIN_TIMESTAMPING) {
    const packet = wire.keys[view.getUint32(errorAt + 12, true) % keysKept] ?? -1
    if (packet >= 0) arrivals.departed(Math.floor(packet / 4), packet % 4, stampNs)
    return
  }
  const quoted = readQuoted(view, errors.dataAt(index), errors.length(index), socket.family)
  if (quoted.kind !== 'echo') return
  const error = sockets.errorName(view.getUint32(errorAt, true))
  arrivals.refused(quoted.echo, error, readAddress(view, errorAt + 16))
}

/** Replies that the receive buffer had no room for, since the socket was opened. */
export function countDrops({ sockets, socket, out }: Wire): number {
  out.view.setUint32(lengthAt, 64, true)
  const value = out.address + BigInt(meminfoAt)
  const length = out.address + BigInt(lengthAt)
  const got = sockets.getsockopt(socket.fd, linux.SOL_SOCKET, linux.SO_MEMINFO, value, length)
  return got === 0 ? out.view.getUint32(meminfoAt + 4 * meminfoDrops, true) : 0
}
