import type { FailureReason } from '../../core/model/probe.ts'
import { type Batch, createBatch } from '../batch.ts'
import { linux } from '../linux.ts'
import { ipHeaderBytes, type Peer, readAddress, writeAddress } from '../peer.ts'
import type { Memory, Sockets } from '../sockets.ts'
import { whatIsSaid } from './errors.ts'
import { departureStamps, type EchoSocket } from './open.ts'
import {
  afterIpHeader,
  type Echo,
  layOutRequest,
  packetBytes,
  readQuoted,
  readReply,
} from './packet.ts'

/** One ICMP socket: packets out, packets and errors in. Nothing here waits. */
export interface Wire {
  readonly sockets: Sockets
  readonly socket: EchoSocket
  readonly replies: Batch
  readonly errors: Batch
  readonly out: Memory
  readonly fillIn: ReturnType<typeof layOutRequest>
  /** Where in `out` the receiver's address is. */
  readonly to: bigint
  /** Which packet (16 · serial + attempt) each of the kernel's departure numbers means. */
  readonly keys: Float64Array
  /** What was read last; the same object each time. */
  readonly echo: Echo
  nextKey: number
  stamping: boolean
  /** Packets still to be stamped before the path to the device is warm. */
  cold: number
  /** When the last packet was handed to the kernel, nanoseconds from the sockets' epoch. */
  sentNs: number
  /** Bytes of IP sent, since the start. */
  sentBytes: number
}

/** What comes out of it. Stamps are nanoseconds from the sockets' epoch; `echo` lasts for the call. */
export interface Arrivals {
  /** The kernel handed a packet to its device. */
  departed(serial: number, attempt: number, stampNs: number): void
  /** The network, or this host, said that a packet of ours cannot arrive. */
  refused(echo: Echo, reason: FailureReason, detail: string): void
  /** NaN where no stamp came with it. The sender's address is in the view. */
  replied(echo: Echo, stampNs: number, view: DataView, nameAt: number): void
  stranger(kind: 'foreign' | 'altered'): void
}

const rowLength = 64
const dataBytes = 192
/** After a pause the first packets run through cold code: the kernel's own stamp tells when they left. */
const coldPackets = 4
const pauseNs = 2e6
/** Departures on their way through the error queue. */
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
    fillIn: layOutRequest(out.view, socket.family, socket.id),
    to: out.address + BigInt(addressAt),
    keys: new Float64Array(keysKept).fill(-1),
    echo: { serial: 0, attempt: 0, tokenHigh: 0, tokenLow: 0 },
    nextKey: 0,
    stamping: false,
    cold: 0,
    sentNs: 0,
    sentBytes: 0,
  }
}

/** Sends, stamping it straight before. Returns the error's name; empty when the packet left. */
export function sendEcho(
  wire: Wire,
  peer: Peer,
  serial: number,
  tokenHigh: number,
  tokenLow: number,
  attempt: number,
): string {
  const { sockets, socket, out } = wire
  wire.fillIn(serial, tokenHigh, tokenLow, attempt)
  const length = writeAddress(out.view, addressAt, peer, 0)
  const nowNs = sockets.nowNs()
  wire.sentNs = stampDeparture(wire, nowNs) ? sockets.nowNs() : nowNs
  const sent = sockets.sendto(socket.fd, out.address, packetBytes, 0, wire.to, length)
  if (sent < 0) {
    const error = sockets.error()
    refuseGone(error)
    if (wire.stamping) recount(wire)
    return error
  }
  wire.sentBytes += packetBytes + ipHeaderBytes[socket.family]
  if (wire.stamping) wire.keys[wire.nextKey++ % keysKept] = serial * 16 + attempt
  return ''
}

/** Has the kernel stamp a departure where our own stamp would be too early; true if that took time. */
function stampDeparture(wire: Wire, nowNs: number): boolean {
  if (Math.abs(nowNs - wire.sentNs) > pauseNs) wire.cold = coldPackets
  else if (wire.cold > 0) wire.cold -= 1
  const wanted = wire.cold > 0 && wire.socket.stampsDepartures
  if (wanted === wire.stamping) return false
  wire.stamping = wanted
  setStamps(wire, departureStamps | (wanted ? linux.TIMESTAMPING_TX_SOFTWARE : 0))
  return true
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

/** Somebody closed the socket under us: only a new thread can go on. */
function refuseGone(error: string): void {
  if (error === 'EBADF' || error === 'ENOTSOCK')
    throw new Error(`the ICMP socket is gone: ${error}`)
}

/** Takes in all that is there: replies, and what the error queue holds. */
export function drain(wire: Wire, arrivals: Arrivals): void {
  const { sockets, socket, replies } = wire
  for (let round = 0; round < 1000; round += 1) {
    const received = replies.receive(socket.fd, linux.MSG_DONTWAIT)
    const error = received < 0 ? sockets.error() : ''
    refuseGone(error)
    const empty = error === 'EAGAIN'
    drainErrors(wire, arrivals) // a reply's own departure is there before the reply is
    for (let index = 0; index < received; index += 1) readPacket(wire, index, arrivals)
    // Any other error was some packet's, told in place of what was received: go on.
    if (empty || (received >= 0 && received < rowLength)) return
  }
}

function readPacket(wire: Wire, index: number, arrivals: Arrivals): void {
  const { replies, socket, echo } = wire
  const { view } = replies.memory
  const raw = socket.kind === 'raw'
  const bare = raw && socket.family === 4
  const start = replies.dataAt(index)
  const length = replies.length(index)
  const skip = bare ? afterIpHeader(view, start, length) : 0
  const id = raw ? socket.id : undefined
  const reading = readReply(view, start + skip, length - skip, socket.family, id, bare, echo)
  if (reading !== 'echo') arrivals.stranger(reading)
  else arrivals.replied(echo, replies.control(index).stampNs, view, replies.nameAt(index))
}

export function drainErrors(wire: Wire, arrivals: Arrivals): void {
  for (let received = rowLength; received === rowLength; ) {
    received = wire.errors.receive(wire.socket.fd, linux.MSG_DONTWAIT | linux.MSG_ERRQUEUE)
    for (let index = 0; index < received; index += 1) readError(wire, index, arrivals)
  }
}

function readError(wire: Wire, index: number, arrivals: Arrivals): void {
  const { errors, socket, sockets, echo } = wire
  const { view } = errors.memory
  const { stampNs, errorAt } = errors.control(index)
  if (errorAt < 0) return
  const origin = view.getUint8(errorAt + 4)
  if (origin === linux.SO_EE_ORIGIN_TIMESTAMPING) {
    const packet = wire.keys[view.getUint32(errorAt + 12, true) % keysKept] ?? -1
    if (packet >= 0) arrivals.departed(Math.floor(packet / 16), packet % 16, stampNs)
    return
  }
  const at = errors.dataAt(index)
  if (readQuoted(view, at, errors.length(index), socket.family, echo) !== 'echo') return
  const error = sockets.errorName(view.getUint32(errorAt, true))
  const said = whatIsSaid(origin, view.getUint8(errorAt + 5), view.getUint8(errorAt + 6), error)
  const from = readAddress(view, errorAt + 16)
  const detail = [said?.words ?? '', from && `from ${from}`].filter(Boolean).join(', ')
  if (said) arrivals.refused(echo, said.reason, detail)
}

/** Replies that the receive buffer had no room for, since the socket was opened. */
export function countDrops({ sockets, socket, out }: Wire): number {
  out.view.setUint32(lengthAt, 64, true)
  const value = out.address + BigInt(meminfoAt)
  const length = out.address + BigInt(lengthAt)
  const got = sockets.getsockopt(socket.fd, linux.SOL_SOCKET, linux.SO_MEMINFO, value, length)
  return got === 0 ? out.view.getUint32(meminfoAt + 4 * meminfoDrops, true) : 0
}
