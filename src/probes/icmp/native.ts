import type { FailureReason } from '../../core/model/probe.ts'
import { type Departure, elapsedNs } from '../elapsed.ts'
import type { Method, Report } from '../method.ts'
import { isFrom, type Peer } from '../peer.ts'
import { isCongestion, isReason, reasonOf } from '../reasons.ts'
import type { Sockets } from '../sockets.ts'
import { createTimeline, type Timeline } from '../timeline.ts'
import type { EchoSocket } from './open.ts'
import type { Echo } from './packet.ts'
import { createRandomWords } from './random.ts'
import {
  type Arrivals,
  countDrops,
  createWire,
  drain,
  drainErrors,
  sendEcho,
  stampDepartures,
  type Wire,
} from './wire.ts'

/** Replies that were not accepted, by what gave them away. */
export interface Strangers {
  late: number
  duplicate: number
  foreign: number
  altered: number
  spoofed: number
}

export interface NativeIcmp extends Method {
  readonly strangers: Readonly<Strangers>
}

interface Flight {
  readonly peer: Peer
  readonly serial: number
  readonly tokenHigh: number
  readonly tokenLow: number
  /** One a packet sent. */
  readonly departures: Departure[]
  state: 'flying' | 'answered' | 'lost'
  /** Too early to call it slow. */
  young: boolean
}

interface Icmp {
  readonly sockets: Sockets
  readonly wire: Wire
  readonly timeoutMs: number
  readonly report: Report
  readonly flights: Map<number, Flight>
  readonly timeline: Timeline<Flight>
  readonly strangers: Strangers
  readonly random: () => number
  unsent: Flight[]
  serial: number
  flying: number
  young: number
  /** The wall clock's distance to the monotonic one. */
  offsetNs: number
}

/** As Cilium does: up to 3 packets 100 ms apart, until the first reply. */
const packets = 3
const packetGapMs = 100
/** What one reply takes of the socket's receive buffer. */
const replyBufferBytes = 832
/** The first packets of a group run through cold code: the kernel's own stamp tells when they left. */
const coldPackets = 4
/** A departure stamp further from our own than this is another packet's. */
const departureLimitNs = 20e6

const stages = { second: 0, third: 1, over: 2, forget: 3 } as const

/** ICMP through a socket of our own: datagram or raw, IPv4 or IPv6, with kernel stamps. */
export function createNativeIcmp(
  sockets: Sockets,
  socket: EchoSocket,
  timeoutMs: number,
  report: Report,
): NativeIcmp {
  const random = createRandomWords()
  const agesMs = [packetGapMs, 2 * packetGapMs, timeoutMs].map(age => Math.min(age, timeoutMs))
  const icmp: Icmp = {
    sockets,
    wire: createWire(sockets, socket),
    timeoutMs,
    report,
    flights: new Map(),
    timeline: createTimeline([...agesMs, 2 * timeoutMs]),
    strangers: { late: 0, duplicate: 0, foreign: 0, altered: 0, spoofed: 0 },
    random,
    unsent: [],
    serial: random(),
    flying: 0,
    young: 0,
    offsetNs: 0,
  }
  const arrivals = receive(icmp)
  const most = Math.max(1, Math.floor(socket.bufferBytes / replyBufferBytes / 2))
  return {
    ability: { kind: 'ready', method: `${socket.kind} socket`, clock: 'kernel' },
    strangers: icmp.strangers,
    room: () => (icmp.unsent.length > 0 ? 0 : most - icmp.young),
    begin: (peers, nowMs) => beginGroup(icmp, arrivals, peers, nowMs),
    drain() {
      if (icmp.flying === 0) return
      measureOffset(icmp)
      drain(icmp.wire, arrivals)
    },
    expire: nowMs => expire(icmp, arrivals, nowMs),
    inFlight: () => icmp.flying,
    drops: () => countDrops(icmp.wire),
    forget: () => {},
    close: () => sockets.close(socket.fd),
  }
}

const measureOffset = (icmp: Icmp) => {
  icmp.offsetNs = icmp.sockets.nowNs() - performance.now() * 1e6
}

function beginGroup(icmp: Icmp, arrivals: Arrivals, peers: readonly Peer[], nowMs: number): void {
  measureOffset(icmp)
  peers.forEach((peer, index) => {
    stampDepartures(icmp.wire, index < coldPackets)
    icmp.serial = (icmp.serial + 1) >>> 0
    icmp.flying += 1
    icmp.young += 1
    const flight: Flight = {
      peer,
      serial: icmp.serial,
      tokenHigh: icmp.random(),
      tokenLow: icmp.random(),
      departures: [],
      state: 'flying',
      young: true,
    }
    icmp.flights.set(flight.serial, flight)
    icmp.timeline.add(flight, nowMs)
    send(icmp, arrivals, flight)
  })
  stampDepartures(icmp.wire, false)
}

/** Sends the flight's next packet. A first one that the kernel has no room for is kept for later. */
function send(icmp: Icmp, arrivals: Arrivals, flight: Flight): void {
  const attempt = flight.departures.length
  let error = sendEcho(icmp.wire, flight.peer, flight, attempt)
  if (error !== '') {
    // The error of another packet is told to whoever sends next: clear it away, and ask again.
    drainErrors(icmp.wire, arrivals)
    error = sendEcho(icmp.wire, flight.peer, flight, attempt)
  }
  if (error === '') flight.departures.push({ sentNs: icmp.wire.sentNs, offsetNs: icmp.offsetNs })
  else if (!isCongestion(error)) lose(icmp, flight, reasonOf(error))
  else if (attempt === 0) icmp.unsent.push(flight)
}

function expire(icmp: Icmp, arrivals: Arrivals, nowMs: number): void {
  const waiting = icmp.unsent
  icmp.unsent = []
  for (const flight of waiting) if (flight.state === 'flying') send(icmp, arrivals, flight)

  const sendAgain = (flight: Flight) => {
    grow(icmp, flight)
    const begun = flight.departures.length
    if (flight.state === 'flying' && begun > 0 && begun < packets) send(icmp, arrivals, flight)
  }
  icmp.timeline.pass(stages.second, nowMs, sendAgain)
  icmp.timeline.pass(stages.third, nowMs, sendAgain)
  icmp.timeline.pass(stages.over, nowMs, flight =>
    lose(icmp, flight, flight.departures.length === 0 ? 'no-resources' : 'timeout'),
  )
  icmp.timeline.pass(stages.forget, nowMs, flight => icmp.flights.delete(flight.serial))
}

const receive = (icmp: Icmp): Arrivals => ({
  departed(serial, attempt, stampNs) {
    const flight = icmp.flights.get(serial)
    const departure = flight?.departures[attempt]
    const behindNs = stampNs - (departure?.sentNs ?? 0)
    if (flight && departure && behindNs >= 0 && behindNs < departureLimitNs)
      flight.departures[attempt] = { ...departure, sentNs: stampNs }
  },
  refused(echo, error, from) {
    const flight = find(icmp, echo)
    if (flight && isReason(error)) lose(icmp, flight, reasonOf(error), from && `from ${from}`)
  },
  replied(echo, stampNs, view, nameAt) {
    const flight = find(icmp, echo)
    const departure = flight?.departures[echo.attempt]
    if (!flight || !departure) icmp.strangers.foreign += 1
    else if (!isFrom(view, nameAt, flight.peer)) icmp.strangers.spoofed += 1
    else if (flight.state === 'answered') icmp.strangers.duplicate += 1
    else if (flight.state === 'lost') icmp.strangers.late += 1
    else accept(icmp, flight, departure, stampNs)
  },
  stranger(kind) {
    icmp.strangers[kind] += 1
  },
})

function find(icmp: Icmp, echo: Echo): Flight | undefined {
  const flight = icmp.flights.get(echo.serial)
  const ours = flight?.tokenHigh === echo.tokenHigh && flight.tokenLow === echo.tokenLow
  return ours ? flight : undefined
}

function accept(icmp: Icmp, flight: Flight, departure: Departure, stampNs: number) {
  const nowNs = icmp.sockets.nowNs()
  const clock = Number.isNaN(stampNs) ? 'process' : 'kernel'
  const arrivedNs = clock === 'kernel' ? stampNs : nowNs
  const { offsetNs } = icmp
  const rttNs = elapsedNs(departure, { stampNs: arrivedNs, nowNs, offsetNs })
  if (rttNs > icmp.timeoutMs * 1e6) return lose(icmp, flight, 'timeout')
  land(icmp, flight, 'answered')
  const atMs = icmp.sockets.epochSeconds * 1000 + arrivedNs / 1e6
  icmp.report.reply(flight.peer.slot, 'icmp', { atMs, rttNs, clock })
}

function lose(icmp: Icmp, flight: Flight, reason: FailureReason, detail = ''): void {
  if (flight.state !== 'flying') return
  land(icmp, flight, 'lost')
  icmp.report.failure(flight.peer.slot, 'icmp', reason, detail)
}

function land(icmp: Icmp, flight: Flight, state: 'answered' | 'lost'): void {
  grow(icmp, flight)
  flight.state = state
  icmp.flying -= 1
}

function grow(icmp: Icmp, flight: Flight): void {
  if (flight.young) icmp.young -= 1
  flight.young = false
}
