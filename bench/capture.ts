// Packet captures, as the truth that the prober's times are compared with: the kernel's stamps of what
// leaves and what comes, as tcpdump would read them. They wait in a buffer until the end: nobody
// wakes between a stamp and the device.
import { createBatch } from '../src/probes/batch.ts'
import { linux } from '../src/probes/linux.ts'
import { loadSockets } from '../src/probes/sockets.ts'

export interface Packet {
  /** On the kernel's wall clock; from a second that all packets share. */
  readonly atNs: number
  readonly outgoing: boolean
  /** From its IPv4 header on. */
  readonly bytes: Buffer
}

export interface Capture {
  /** Ends the capture. */
  packets(): readonly Packet[]
}

const AF_PACKET = 17
const anyProtocol = 0x0300 // ETH_P_ALL, big-endian; only that sees what leaves
const packetTypeAt = 10 // in sockaddr_ll
const PACKET_OUTGOING = 4
const bufferBytes = 64 << 20
const batchLength = 64

/** All IPv4 of this network namespace from now on. */
export async function startCapture(): Promise<Capture> {
  const loaded = await loadSockets()
  if (loaded.kind === 'missing') throw new Error(loaded.why)
  const { sockets } = loaded
  const type = linux.SOCK_DGRAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC
  const fd = sockets.socket(AF_PACKET, type, anyProtocol)
  if (fd < 0) throw new Error(`no capture: ${sockets.error()}`)
  sockets.setNumber(fd, linux.SOL_SOCKET, linux.SO_RCVBUFFORCE, bufferBytes)
  sockets.setNumber(fd, linux.SOL_SOCKET, linux.SO_TIMESTAMPNS, 1)
  const batch = createBatch(sockets, batchLength, 128)
  return {
    packets() {
      const packets: Packet[] = []
      for (;;) {
        const received = batch.receive(fd, linux.MSG_DONTWAIT)
        if (received <= 0) break
        for (let index = 0; index < received; index += 1) {
          const at = batch.dataAt(index)
          const bytes = Buffer.from(batch.memory.bytes.subarray(at, at + batch.length(index)))
          const packetType = batch.memory.bytes[batch.nameAt(index) + packetTypeAt]
          const outgoing = packetType === PACKET_OUTGOING
          const isV4 = bytes[0] === 0x45
          if (isV4) packets.push({ atNs: batch.control(index).stampNs, outgoing, bytes })
        }
      }
      sockets.close(fd)
      return packets
    },
  }
}

/** Times from request to reply in order, by the address asked. */
export function echoTimes(packets: readonly Packet[]): Map<string, number[]> {
  const asked = new Map<string, number>()
  const times = new Map<string, number[]>()
  for (const { atNs, outgoing, bytes } of packets) {
    if (!isEcho(bytes, outgoing)) continue
    const address = addressAt(bytes, outgoing ? 16 : 12)
    const key = `${address} ${bytes.readUInt32BE(24)}`
    const sentNs = asked.get(key)
    if (outgoing) asked.set(key, atNs)
    else if (sentNs !== undefined)
      times.set(address, [...(times.get(address) ?? []), atNs - sentNs])
  }
  return times
}

const addressAt = (bytes: Buffer, at: number) => bytes.subarray(at, at + 4).join('.')

/** A request that leaves, or a reply that comes. */
const isEcho = (bytes: Buffer, outgoing: boolean) =>
  bytes[9] === linux.IPPROTO_ICMP && bytes[20] === (outgoing ? 8 : 0)

interface Call {
  /** Whom it asked. */
  readonly ip: string
  readonly synNs: number
  connectNs: number
  askedNs: number
  firstByteNs: number
}

/** Handshake, and request to first byte: one a connection to this port, in order. */
export function helloTimes(
  packets: readonly Packet[],
  port: number,
): readonly Pick<Call, 'ip' | 'connectNs' | 'firstByteNs'>[] {
  const all: Call[] = []
  const calls = new Map<number, Call>() // by our port, which may come again
  for (const { atNs, outgoing, bytes } of packets) {
    if (bytes[9] !== linux.IPPROTO_TCP) continue
    const { ours, theirs, syn, data } = readTcp(bytes, outgoing)
    if (theirs !== port) continue
    if (outgoing && syn) {
      const ip = addressAt(bytes, 16)
      const call = { ip, synNs: atNs, connectNs: 0, askedNs: 0, firstByteNs: 0 }
      calls.set(ours, call)
      all.push(call)
    }
    const call = calls.get(ours)
    if (call) advance(call, atNs, { outgoing, syn, data })
  }
  return all
}

interface Segment {
  readonly outgoing: boolean
  readonly syn: boolean
  readonly data: boolean
}

function advance(call: Call, atNs: number, { outgoing, syn, data }: Segment): void {
  if (outgoing && data) call.askedNs ||= atNs
  if (!outgoing && syn) call.connectNs ||= atNs - call.synNs
  if (!outgoing && data) call.firstByteNs ||= atNs - call.askedNs
}

function readTcp(bytes: Buffer, outgoing: boolean) {
  const tcp = ((bytes[0] ?? 0) & 15) * 4
  const flags = bytes[tcp + 13] ?? 0
  const [from, to] = [bytes.readUInt16BE(tcp), bytes.readUInt16BE(tcp + 2)]
  return {
    ours: outgoing ? from : to,
    theirs: outgoing ? to : from,
    syn: (flags & 2) !== 0,
    data: bytes.readUInt16BE(2) - tcp - ((bytes[tcp + 12] ?? 0) >> 4) * 4 > 0,
  }
}
