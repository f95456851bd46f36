import { type Batch, createBatch } from '../batch.ts'
import { linux } from '../linux.ts'
import { type Peer, readAddress, writeAddress } from '../peer.ts'
import type { Memory, Sockets } from '../sockets.ts'

/** TCP connections through the FFI, and one epoll for all of them. Nothing here waits. */
export interface Wire {
  readonly sockets: Sockets
  readonly epoll: number
  /** The kernel stamps what it receives only while a socket that asks for it is open: this one always is. */
  readonly stamping: number
  readonly answers: Batch
  readonly events: Memory
  readonly scratch: Memory
  /** When the last request was handed to the kernel, nanoseconds from the sockets' epoch. */
  sentNs: number
}

export interface Ready {
  readonly fd: number
  readonly broken: boolean
  readonly writable: boolean
  readonly readable: boolean
}

/** Without numbers (OPT_ID): of a socket that is not connected yet the kernel takes none of it then. */
const departureStamps =
  linux.TIMESTAMPING_TX_SOFTWARE | linux.TIMESTAMPING_SOFTWARE | linux.TIMESTAMPING_OPT_TSONLY

const eventRow = 64
/** x64 packs epoll_event, arm64 aligns it. */
const [eventBytes, eventDataAt] = process.arch === 'x64' ? [12, 4] : [16, 8]
const answerBytes = 4096

/** Where things are in `scratch`, and in tcp_info. */
const [lengthAt, infoAt, requestAt, scratchBytes] = [64, 128, 512, 1024]
const [infoRtt, infoTotalRetransmits, infoBytes] = [68, 100, 256]

/** The error's name where no epoll can be had. */
export function openWire(sockets: Sockets): Wire | string {
  const epoll = sockets.epollCreate(linux.EPOLL_CLOEXEC)
  if (epoll < 0) return sockets.error()
  const stamping = sockets.socket(linux.AF_INET, linux.SOCK_DGRAM | linux.SOCK_CLOEXEC, 0)
  sockets.setNumber(stamping, linux.SOL_SOCKET, linux.SO_TIMESTAMPNS, 1)
  return {
    sockets,
    epoll,
    stamping,
    answers: createBatch(sockets, 1, answerBytes),
    events: sockets.memory(eventRow * eventBytes),
    scratch: sockets.memory(scratchBytes),
    sentNs: 0,
  }
}

export function closeWire({ sockets, epoll, stamping }: Wire): void {
  sockets.close(epoll)
  sockets.close(stamping)
}

/** A new socket, or -1. */
export function openSocket({ sockets }: Wire, peer: Peer): number {
  const domain = peer.family === 4 ? linux.AF_INET : linux.AF_INET6
  const type = linux.SOCK_STREAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC
  const fd = sockets.socket(domain, type, 0)
  if (fd < 0) return fd
  sockets.setNumber(fd, linux.SOL_SOCKET, linux.SO_TIMESTAMPNS, 1)
  sockets.setNumber(fd, linux.SOL_SOCKET, linux.SO_TIMESTAMPING, departureStamps)
  return fd
}

/** Begins to connect; returns the error's name, empty where there is none yet. */
export function beginConnect(wire: Wire, fd: number, peer: Peer, port: number): string {
  const { sockets, scratch, events, epoll } = wire
  const length = writeAddress(scratch.view, 0, peer, port)
  const error = sockets.connect(fd, scratch.address, length) < 0 ? sockets.error() : ''
  if (error !== '' && error !== 'EINPROGRESS') return error
  const wanted = linux.EPOLLIN | linux.EPOLLOUT | linux.EPOLLRDHUP | linux.EPOLLET
  events.view.setUint32(0, wanted >>> 0, true)
  events.view.setUint32(eventDataAt, fd, true)
  events.view.setUint32(eventDataAt + 4, 0, true)
  const watched = sockets.epollControl(epoll, linux.EPOLL_CTL_ADD, fd, events.address)
  return watched < 0 ? refuseGone(wire) : ''
}

/** The last error's name, unless it is that the epoll was closed under us: then no probe can end. */
function refuseGone({ sockets }: Wire): string {
  const error = sockets.error()
  if (error === 'EBADF' || error === 'EINVAL') throw new Error(`the epoll is gone: ${error}`)
  return error
}

/** Calls `meet` with each socket that something happened to. */
export function readEvents(wire: Wire, meet: (ready: Ready) => void): void {
  const { view, address } = wire.events
  for (let count = eventRow; count === eventRow; ) {
    count = wire.sockets.epollWait(wire.epoll, address, eventRow, 0)
    if (count < 0) refuseGone(wire)
    // Meeting one may open another connection, which writes to this memory: read them all first.
    const row: Ready[] = []
    for (let at = 0; at < count * eventBytes; at += eventBytes)
      row.push(readEvent(view.getInt32(at + eventDataAt, true), view.getUint32(at, true)))
    row.forEach(meet)
  }
}

const readEvent = (fd: number, events: number): Ready => ({
  fd,
  broken: (events & (linux.EPOLLERR | linux.EPOLLHUP)) !== 0,
  writable: (events & linux.EPOLLOUT) !== 0,
  readable: (events & ~linux.EPOLLOUT) !== 0,
})

/** Why a connection broke; empty where the kernel does not tell. */
export function connectError({ sockets }: Wire, fd: number): string {
  const errno = sockets.getNumber(fd, linux.SOL_SOCKET, linux.SO_ERROR)
  return errno > 0 ? sockets.errorName(errno) : ''
}

/** This end of a connection, as `ADDRESS:PORT`; empty where the kernel does not tell. */
export function localEnd({ sockets, scratch }: Wire, fd: number): string {
  scratch.view.setUint32(lengthAt, lengthAt, true)
  const length = scratch.address + BigInt(lengthAt)
  if (sockets.getsockname(fd, scratch.address, length) < 0) return ''
  const ip = readAddress(scratch.view, 0)
  return `${ip.includes(':') ? `[${ip}]` : ip}:${scratch.view.getUint16(2)}`
}

export interface Handshake {
  /** The kernel's own time of it; undefined after a lost SYN, when it measures nothing. */
  readonly ns: number | undefined
  /** How often the SYN was sent again. */
  readonly retransmits: number
}

/** What the kernel tells of a connection that was just made. */
export function handshakeOf({ sockets, scratch }: Wire, fd: number): Handshake {
  scratch.view.setUint32(lengthAt, infoBytes, true)
  const value = scratch.address + BigInt(infoAt)
  const length = scratch.address + BigInt(lengthAt)
  if (sockets.getsockopt(fd, linux.IPPROTO_TCP, linux.TCP_INFO, value, length) < 0)
    return { ns: undefined, retransmits: 0 }
  const rttUs = scratch.view.getUint32(infoAt + infoRtt, true)
  const retransmits = scratch.view.getUint32(infoAt + infoTotalRetransmits, true)
  return { ns: retransmits > 0 || rttUs === 0 ? undefined : rttUs * 1000, retransmits }
}

/** Sends a short text, stamping it straight before; returns the error's name, empty without one. */
export function sendText(wire: Wire, fd: number, text: string): string {
  const { sockets, scratch } = wire
  const size = scratch.bytes.write(text, requestAt, 'latin1')
  const data = scratch.address + BigInt(requestAt)
  wire.sentNs = sockets.nowNs()
  const sent = sockets.sendto(fd, data, size, linux.MSG_NOSIGNAL, null, 0)
  return sent < 0 ? sockets.error() : ''
}

/** When the device got what was sent, by the kernel; NaN where it does not tell. */
export function departureNs({ answers }: Wire, fd: number): number {
  const received = answers.receive(fd, linux.MSG_DONTWAIT | linux.MSG_ERRQUEUE)
  return received > 0 ? answers.control(0).stampNs : Number.NaN
}

/** Text received, the end (empty text), or an error's name; with its kernel stamp, NaN without one. */
export type Received = { readonly stampNs: number } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'error'; readonly error: string }
)

export function receiveText({ sockets, answers }: Wire, fd: number): Received {
  if (answers.receive(fd, linux.MSG_DONTWAIT) < 0)
    return { kind: 'error', error: sockets.error(), stampNs: Number.NaN }
  const start = answers.dataAt(0)
  const text = answers.memory.bytes.toString('latin1', start, start + answers.length(0))
  return { kind: 'text', text, stampNs: answers.control(0).stampNs }
}
