import type { StampClock } from '../../core/model/probe.ts'
import type { Peer } from '../peer.ts'
import type { HelloPath } from './hello.ts'

/** The wall clock's stamp, and that clock's distance to the monotonic one. */
export interface Departure {
  readonly sentNs: number
  readonly offsetNs: number
}

/** One probe by HTTP, from its first connection to its finding. */
export interface Call {
  readonly peer: Peer
  path: HelloPath
  /** Connections made: a second one asks by the other path. */
  tries: number
  fd: number
  state: 'connecting' | 'waiting' | 'over'
  /** When the probe began: its deadline counts from there, the handshake from its own connection. */
  readonly started: Departure
  began: Departure
  connectNs: number
  /** SYNs sent again, of all its connections that came about. */
  retransmits: number
  clock: StampClock
  asked: Departure
  head: string
  firstByteNs: number
  /** Too early to call it slow. */
  young: boolean
  readonly beganMs: number
}

export const createCall = (
  peer: Peer,
  path: HelloPath,
  beganMs: number,
  started: Departure,
): Call => ({
  peer,
  path,
  tries: 0,
  fd: -1,
  state: 'connecting',
  started,
  began: started,
  connectNs: 0,
  retransmits: 0,
  clock: 'kernel',
  asked: started,
  head: '',
  firstByteNs: 0,
  young: true,
  beganMs,
})
