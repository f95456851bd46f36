import { isIPv4, isIPv6 } from 'node:net'
import type { Target } from '../core/model/prober.ts'
import { linux } from './linux.ts'

export type Family = 4 | 6
export const ipHeaderBytes = { 4: 20, 6: 40 } as const satisfies Record<Family, number>

/** A target with its address as the wire has it: one word for IPv4, four for IPv6, big-endian. */
export interface Peer extends Target {
  readonly family: Family
  readonly words: readonly number[]
  readonly turn: Turn
}

/** What is open of a peer's turn. The ledger keeps it. */
export interface Turn {
  /** Findings to come; 0 between turns. */
  missing: number
  /** How often the prober was late before it began. */
  lateBefore: number
  readonly waiting: OpenOrder[]
}

/** Somebody waits for so many turns to end. */
export interface OpenOrder {
  readonly id: number
  left: number
}

/** Reads a target's address; undefined where it is none. */
export function toPeer(target: Target): Peer | undefined {
  const [bare = ''] = target.ip.split('%')
  const turn = () => ({ missing: 0, lateBefore: 0, waiting: [] })
  if (isIPv4(bare)) return { ...target, family: 4, words: [words4(bare)], turn: turn() }
  return isIPv6(bare) ? { ...target, family: 6, words: words6(bare), turn: turn() } : undefined
}

const words4 = (ip: string): number =>
  ip.split('.').reduce((word, part) => ((word << 8) | Number(part)) >>> 0, 0)

function words6(ip: string): number[] {
  const [left = '', right] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const gap = Array<string>(8 - head.length - tail.length).fill('0')
  const groups = [...head, ...gap, ...tail].map(group => Number.parseInt(group, 16))
  return [0, 2, 4, 6].map(at => (((groups[at] ?? 0) << 16) | (groups[at + 1] ?? 0)) >>> 0)
}

/** Writes a sockaddr_in or sockaddr_in6; returns its length. */
export function writeAddress(view: DataView, at: number, peer: Peer, port: number): number {
  const v4 = peer.family === 4
  view.setUint16(at, v4 ? linux.AF_INET : linux.AF_INET6, true)
  view.setUint16(at + 2, port)
  view.setUint32(at + 4, 0)
  let wordAt = at + (v4 ? 4 : 8)
  for (const word of peer.words) {
    view.setUint32(wordAt, word)
    wordAt += 4
  }
  if (v4) return 16
  view.setUint32(at + 24, 0)
  return 28
}

/** Whether the sockaddr at this place is the peer's. */
export function isFrom(view: DataView, at: number, peer: Peer): boolean {
  let wordAt = at + (peer.family === 4 ? 4 : 8)
  for (const word of peer.words) {
    if (view.getUint32(wordAt) !== word) return false
    wordAt += 4
  }
  return true
}

/** The address in a sockaddr as text; empty where there is none. */
export function readAddress(view: DataView, at: number): string {
  const family = view.getUint16(at, true)
  if (family === linux.AF_INET)
    return [4, 5, 6, 7].map(offset => view.getUint8(at + offset)).join('.')
  if (family !== linux.AF_INET6) return ''
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(at + 8 + 2 * index))
  const full = groups.map(group => group.toString(16)).join(':')
  return new URL(`http://[${full}]`).hostname.slice(1, -1)
}
