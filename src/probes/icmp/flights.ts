import { elapsedNs } from '../elapsed.ts'
import type { Peer } from '../peer.ts'
import type { Echo } from './packet.ts'
import { createRandomWords } from './random.ts'

export interface IcmpPatience {
  readonly timeoutMs: number
  /** Of a probe, at most: until the first reply. Cilium's own number is 3. */
  readonly packets: number
}

export const flying = 1
export const answered = 2
export const lost = 3

/**
 * The probes on their way, and those that landed lately, as columns of a ring: a probe's row is
 * the low bits of its serial. Nothing is made or thrown away for a probe.
 */
export interface Flights {
  readonly peers: (Peer | undefined)[]
  readonly serials: Uint32Array
  readonly tokenHighs: Uint32Array
  readonly tokenLows: Uint32Array
  /** `flying`, `answered` or `lost`; 0 where no probe was yet. */
  readonly states: Uint8Array
  /** Monotonic milliseconds. */
  readonly beganMs: Float64Array
  /** Packets sent. */
  readonly packets: Uint8Array
  /** When each packet left (wall clock), and that clock's distance to the monotonic one; see `at`. */
  readonly sentNs: Float64Array
  readonly offsetNs: Float64Array
  /** 1: too early to call it slow. */
  readonly young: Uint8Array
}

export interface FlightRing {
  /** Where a row's packet is in `sentNs` and `offsetNs`. */
  at(row: number, packet: number): number
  /** Another object after the ring grew: do not keep it. */
  flights(): Flights
  /** A new probe's row. */
  begin(peer: Peer, nowMs: number): number
  /** Nanoseconds from a packet's departure to an arrival; `elapsedNs` tells of the clocks. */
  sinceNs(
    row: number,
    packet: number,
    arrivedNs: number,
    offsetNs: number,
    nowNs: () => number,
  ): number
  /** The row of the probe with this serial and token; -1 where there is none (any more). */
  find(echo: Omit<Echo, 'attempt'>): number
  /** The row of a serial; -1 where another probe has it by now. */
  rowOf(serial: number): number
  /** Calls `meet` once with each probe that still flies at this age; stages rise with their age. */
  pass(stage: number, ageMs: number, nowMs: number, meet: (row: number) => void): void
}

/** Grows when a row is wanted whose probe still flies: to what begins within a timeout. */
export function createFlightRing(stages: number, packets: number, firstRows = 4096): FlightRing {
  const random = createRandomWords()
  let columns = columnsOf(firstRows, packets)
  let mask = firstRows - 1
  let next = random() // counts on past 32 bits; a serial is its low ones
  const cursors = Array<number>(stages).fill(next)

  const grow = () => {
    const old = columns
    const rows = (mask + 1) * 2
    columns = columnsOf(rows, packets)
    mask = rows - 1
    for (let from = 0; from < rows / 2; from += 1)
      move(old, from, columns, (old.serials[from] ?? 0) & mask, packets)
  }

  const rowOf = (serial: number) => {
    const row = serial & mask
    return columns.serials[row] === serial && columns.states[row] !== 0 ? row : -1
  }

  return {
    at: (row, packet) => row * packets + packet,
    flights: () => columns,
    begin(peer, nowMs) {
      while (columns.states[next & mask] === flying) grow()
      const row = next & mask
      columns.peers[row] = peer
      columns.serials[row] = next
      columns.tokenHighs[row] = random()
      columns.tokenLows[row] = random()
      columns.states[row] = flying
      columns.beganMs[row] = nowMs
      columns.packets[row] = 0
      columns.young[row] = 1
      next += 1
      return row
    },
    sinceNs(row, packet, arrivedNs, offsetNs, nowNs) {
      const at = row * packets + packet
      const [sentNs = 0, sentOffsetNs = 0] = [columns.sentNs[at], columns.offsetNs[at]]
      return elapsedNs(sentNs, sentOffsetNs, arrivedNs, offsetNs, nowNs)
    },
    find({ serial, tokenHigh, tokenLow }) {
      const row = rowOf(serial)
      if (row < 0 || columns.tokenHighs[row] !== tokenHigh) return -1
      return columns.tokenLows[row] === tokenLow ? row : -1
    },
    rowOf,
    pass(stage, ageMs, nowMs, meet) {
      let at = cursors[stage] ?? next
      for (; at < next; at += 1) {
        const row = rowOf(at >>> 0)
        const flies = row >= 0 && columns.states[row] === flying
        if (flies && nowMs - (columns.beganMs[row] ?? 0) < ageMs) break
        if (flies) meet(row)
      }
      cursors[stage] = at
    },
  }
}

const columnsOf = (rows: number, packets: number): Flights => ({
  peers: Array<Peer | undefined>(rows).fill(undefined),
  serials: new Uint32Array(rows),
  tokenHighs: new Uint32Array(rows),
  tokenLows: new Uint32Array(rows),
  states: new Uint8Array(rows),
  beganMs: new Float64Array(rows),
  packets: new Uint8Array(rows),
  sentNs: new Float64Array(rows * packets),
  offsetNs: new Float64Array(rows * packets),
  young: new Uint8Array(rows),
})

function move(from: Flights, row: number, to: Flights, newRow: number, packets: number): void {
  to.peers[newRow] = from.peers[row]
  for (const column of ['serials', 'tokenHighs', 'tokenLows', 'states', 'beganMs'] as const)
    to[column][newRow] = from[column][row] ?? 0
  for (const column of ['packets', 'young'] as const) to[column][newRow] = from[column][row] ?? 0
  for (const column of ['sentNs', 'offsetNs'] as const)
    for (let packet = 0; packet < packets; packet += 1)
      to[column][newRow * packets + packet] = from[column][row * packets + packet] ?? 0
}
