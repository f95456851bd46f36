import type { Family } from '../peer.ts'

/** What an echo request carries, and its reply must bring back unaltered. */
export interface Echo {
  /** Which probe: 32 bits. The sequence number repeats its low bits. */
  readonly serial: number
  /** Which packet of the probe, from 0. */
  readonly attempt: number
  /** A random number of 64 bits, new for each probe, that no stranger can guess. */
  readonly tokenHigh: number
  readonly tokenLow: number
}

/** 8 bytes of header and 56 of payload, as ping sends. */
export const packetBytes = 64

const requests = { 4: 8, 6: 128 } as const
const replies = { 4: 0, 6: 129 } as const

/** Writes an echo request with its checksum (of IPv6 and datagram sockets the kernel makes it anew). */
export function writeRequest(
  view: DataView,
  family: Family,
  id: number,
  probe: Omit<Echo, 'attempt'>,
  attempt: number,
): void {
  view.setUint16(0, requests[family] << 8)
  view.setUint16(2, 0)
  view.setUint16(4, id)
  view.setUint16(6, sequenceOf(probe.serial, attempt))
  view.setUint32(8, probe.tokenHigh)
  view.setUint32(12, probe.tokenLow)
  view.setUint32(16, attempt)
  view.setUint32(20, probe.serial)
  for (let at = 24; at < packetBytes; at += 4) view.setUint32(at, filler(at))
  view.setUint16(2, checksum(view, 0, packetBytes))
}

/** Each byte its own place. */
const filler = (at: number) => at * 0x01010101 + 0x00010203

const sequenceOf = (serial: number, attempt: number) => ((serial << 2) | (attempt & 3)) & 0xffff

export type Parsed =
  | { readonly kind: 'echo'; readonly id: number; readonly echo: Echo }
  /** Not an echo of ours by its form. */
  | { readonly kind: 'foreign' }
  /** An echo reply of our length that was changed on its way. */
  | { readonly kind: 'altered' }

const foreign: Parsed = { kind: 'foreign' }
const altered: Parsed = { kind: 'altered' }

/** Reads an echo reply. `verify`: the kernel did not check the sum (raw IPv4 sockets). */
export function readReply(
  view: DataView,
  at: number,
  length: number,
  family: Family,
  verify: boolean,
): Parsed {
  if (length < 8 || view.getUint8(at) !== replies[family]) return foreign
  if (verify && checksum(view, at, length) !== 0) return altered
  return readEcho(view, at, length)
}

/** Reads the request that an ICMP error quotes: often only its beginning. */
export function readQuoted(view: DataView, at: number, length: number, family: Family): Parsed {
  if (length < 24 || view.getUint8(at) !== requests[family]) return foreign
  return { kind: 'echo', id: view.getUint16(at + 4), echo: fields(view, at) }
}

function readEcho(view: DataView, at: number, length: number): Parsed {
  if (length !== packetBytes) return foreign
  const echo = fields(view, at)
  if (
    view.getUint8(at + 1) !== 0 ||
    view.getUint16(at + 6) !== sequenceOf(echo.serial, echo.attempt)
  )
    return altered
  for (let offset = 24; offset < packetBytes; offset += 4)
    if (view.getUint32(at + offset) !== filler(offset)) return altered
  return { kind: 'echo', id: view.getUint16(at + 4), echo }
}

const fields = (view: DataView, at: number): Echo => ({
  tokenHigh: view.getUint32(at + 8),
  tokenLow: view.getUint32(at + 12),
  attempt: view.getUint32(at + 16),
  serial: view.getUint32(at + 20),
})

/** The internet checksum (RFC 1071) of these bytes; 0 where they include a right one. */
export function checksum(view: DataView, at: number, length: number): number {
  let sum = 0
  let offset = at
  for (const end = at + length - 1; offset < end; offset += 2) sum += view.getUint16(offset)
  if (length % 2 === 1) sum += view.getUint8(at + length - 1) << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Where ICMP begins in what a raw IPv4 socket receives; past the end of a cut header. */
export const afterIpHeader = (view: DataView, at: number, length: number): number =>
  length < 20 ? length : Math.max(20, (view.getUint8(at) & 15) * 4)
