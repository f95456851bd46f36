import type { Family } from '../peer.ts'

/** What an echo request carries, and its reply must bring back unaltered. */
export interface Echo {
  /** Which probe: 32 bits. The sequence number repeats its low bits. */
  serial: number
  /** Which packet of the probe, from 0. */
  attempt: number
  /** A random number of 64 bits, new for each probe, that no stranger can guess. */
  tokenHigh: number
  tokenLow: number
}

/** 8 bytes of header and 56 of payload, as ping sends. */
export const packetBytes = 64

const requests = { 4: 8, 6: 128 } as const
const replies = { 4: 0, 6: 129 } as const

/**
 * Lays out an echo request; the function that it returns fills in one probe's, with its checksum
 * (of IPv6 and datagram sockets the kernel makes it anew).
 */
export function layOutRequest(
  view: DataView,
  family: Family,
  id: number,
): (serial: number, tokenHigh: number, tokenLow: number, attempt: number) => void {
  view.setUint16(0, requests[family] << 8)
  view.setUint16(4, id)
  for (let at = 24; at < packetBytes; at += 4) view.setUint32(at, filler(at))
  for (const at of [2, 6, 8, 10, 12, 14, 16, 18, 20, 22]) view.setUint16(at, 0)
  const constant = sumOf(view, 0, packetBytes)

  return (serial, tokenHigh, tokenLow, attempt) => {
    const sequence = sequenceOf(serial, attempt)
    const sum = constant + sequence + attempt + halves(serial) + halves(tokenHigh)
    view.setUint16(2, fold(sum + halves(tokenLow)))
    view.setUint16(6, sequence)
    view.setUint32(8, tokenHigh)
    view.setUint32(12, tokenLow)
    view.setUint32(16, attempt)
    view.setUint32(20, serial)
  }
}

/** Each byte its own place. */
const filler = (at: number) => at * 0x01010101 + 0x00010203

const sequenceOf = (serial: number, attempt: number) => ((serial << 4) | (attempt & 15)) & 0xffff

const halves = (word: number) => (word >>> 16) + (word & 0xffff)

/** An echo, `foreign` (not one of ours by its form), or `altered` (one that was, until changed or cut). */
export type Reading = 'echo' | 'foreign' | 'altered'

/**
 * Reads an echo reply into `echo`. `id`: the one it must have, where the kernel does not sort them
 * out; `verify`: the kernel did not check the sum (raw IPv4 sockets).
 */
export function readReply(
  view: DataView,
  at: number,
  length: number,
  family: Family,
  id: number | undefined,
  verify: boolean,
  echo: Echo,
): Reading {
  if (length < 8 || view.getUint8(at) !== replies[family]) return 'foreign'
  if (id !== undefined && view.getUint16(at + 4) !== id) return 'foreign'
  if (verify && checksum(view, at, length) !== 0) return 'altered'
  if (length !== packetBytes) return 'altered'
  readFields(view, at, echo)
  if (view.getUint8(at + 1) !== 0) return 'altered'
  if (view.getUint16(at + 6) !== sequenceOf(echo.serial, echo.attempt)) return 'altered'
  for (let offset = 24; offset < packetBytes; offset += 4)
    if (view.getUint32(at + offset) !== filler(offset)) return 'altered'
  return 'echo'
}

/** Reads the request that an ICMP error quotes: often only its beginning. */
export function readQuoted(
  view: DataView,
  at: number,
  length: number,
  family: Family,
  echo: Echo,
): Reading {
  if (length < 24 || view.getUint8(at) !== requests[family]) return 'foreign'
  readFields(view, at, echo)
  return 'echo'
}

function readFields(view: DataView, at: number, echo: Echo): void {
  echo.tokenHigh = view.getUint32(at + 8)
  echo.tokenLow = view.getUint32(at + 12)
  echo.attempt = view.getUint32(at + 16)
  echo.serial = view.getUint32(at + 20)
}

/** The internet checksum (RFC 1071) of these bytes; 0 where they include a right one. */
export const checksum = (view: DataView, at: number, length: number): number =>
  fold(sumOf(view, at, length))

function sumOf(view: DataView, at: number, length: number): number {
  let sum = 0
  let offset = at
  for (const end = at + length - 1; offset < end; offset += 2) sum += view.getUint16(offset)
  return length % 2 === 1 ? sum + (view.getUint8(at + length - 1) << 8) : sum
}

function fold(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16)
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff
}

/** Where ICMP begins in what a raw IPv4 socket receives; past the end of a cut header. */
export const afterIpHeader = (view: DataView, at: number, length: number): number =>
  length < 20 ? length : Math.max(20, (view.getUint8(at) & 15) * 4)
