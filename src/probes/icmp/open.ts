import { linux } from '../linux.ts'
import type { Family } from '../peer.ts'
import type { Sockets } from '../sockets.ts'

export type SocketKind = 'datagram' | 'raw'

export interface EchoSocket {
  readonly fd: number
  readonly kind: SocketKind
  readonly family: Family
  /** Of raw sockets; the kernel puts its own into what a datagram socket sends. */
  readonly id: number
  /** Bytes of receive buffer that the kernel granted. */
  readonly bufferBytes: number
  /** Whether it can stamp what leaves, too. */
  readonly stampsDepartures: boolean
}

const socketTypes = { datagram: linux.SOCK_DGRAM, raw: linux.SOCK_RAW } satisfies Record<
  SocketKind,
  number
>

const plentyBytes = 4 << 20

/** What departure stamps need beside TX_SOFTWARE, which is switched on for the packets that matter. */
export const departureStamps =
  linux.TIMESTAMPING_SOFTWARE | linux.TIMESTAMPING_OPT_ID | linux.TIMESTAMPING_OPT_TSONLY

/** Opens an ICMP socket with kernel stamps and an error queue; the error's name where it may not. */
export function openEchoSocket(
  sockets: Sockets,
  kind: SocketKind,
  family: Family,
  id: number,
  bufferBytes = plentyBytes,
): EchoSocket | string {
  const fd = sockets.socket(
    family === 4 ? linux.AF_INET : linux.AF_INET6,
    socketTypes[kind] | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC,
    family === 4 ? linux.IPPROTO_ICMP : linux.IPPROTO_ICMPV6,
  )
  if (fd < 0) return sockets.error()
  const set = (level: number, name: number, value: number) =>
    sockets.setNumber(fd, level, name, value)

  if (!set(linux.SOL_SOCKET, linux.SO_RCVBUFFORCE, bufferBytes))
    set(linux.SOL_SOCKET, linux.SO_RCVBUF, bufferBytes)
  set(linux.SOL_SOCKET, linux.SO_TIMESTAMPNS, 1)
  if (family === 4) set(linux.SOL_IP, linux.IP_RECVERR, 1)
  else set(linux.SOL_IPV6, linux.IPV6_RECVERR, 1)
  if (kind === 'raw') filterReplies(sockets, fd, family, id)
  return {
    fd,
    kind,
    family,
    id,
    bufferBytes: sockets.getNumber(fd, linux.SOL_SOCKET, linux.SO_RCVBUF),
    stampsDepartures: set(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, departureStamps),
  }
}

/** A raw socket sees all ICMP of the machine: let the kernel throw away what is not ours. */
function filterReplies(sockets: Sockets, fd: number, family: Family, id: number): void {
  const { address, bytes, view } = sockets.memory(256)
  const types = bytes.subarray(0, family === 4 ? 4 : 32).fill(0xff) // a set bit drops its type
  if (family === 4) types[0] = 0xfe
  else types[129 >> 3] = 0xff & ~(1 << (129 & 7))
  if (family === 4) sockets.setsockopt(fd, linux.SOL_RAW, linux.ICMP_FILTER, address, 4)
  else sockets.setsockopt(fd, linux.IPPROTO_ICMPV6, linux.ICMP_FILTER, address, 32)

  // Classic BPF: is it an echo reply with our id? IPv4 packets begin at their IP header, whose
  // length goes to X first; IPv6 packets begin at ICMP, where X stays 0.
  const program: [number, number, number, number][] = [
    family === 4 ? [0xb1, 0, 0, 0] : [0x01, 0, 0, 0], // X = 4 * (byte 0 & 15) | X = 0
    [0x50, 0, 0, 0], // A = byte [X]: the type
    [0x15, 0, 3, family === 4 ? 0 : 129],
    [0x48, 0, 0, 4], // A = half word [X + 4]: the id
    [0x15, 0, 1, id],
    [0x06, 0, 0, 0xffffffff], // keep
    [0x06, 0, 0, 0], // drop
  ]
  program.forEach(([code, ifTrue, ifFalse, value], index) => {
    const at = 64 + index * 8
    view.setUint16(at, code, true)
    view.setUint8(at + 2, ifTrue)
    view.setUint8(at + 3, ifFalse)
    view.setUint32(at + 4, value, true)
  })
  view.setUint16(128, program.length, true)
  view.setBigUint64(136, address + 64n, true)
  sockets.setsockopt(fd, linux.SOL_SOCKET, linux.SO_ATTACH_FILTER, address + 128n, 16)
}
