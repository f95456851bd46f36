import type { FailureReason } from '../../core/model/probe.ts'
import { elapsedNs } from '../elapsed.ts'
import type { Method, Report } from '../method.ts'
import { ipHeaderBytes, type Peer } from '../peer.ts'
import { reasonOf } from '../reasons.ts'
import type { Sockets } from '../sockets.ts'
import { createTimeline, type Timeline } from '../timeline.ts'
import { type Call, createCall, type Departure } from './call.ts'
import { detailOfEnd, readHead } from './head.ts'
import { createHelloBook, type HelloBook, helloPaths, otherPath, requestText } from './hello.ts'
import {
  beginConnect,
  closeWire,
  connectError,
  departureNs,
  handshakeOf,
  localEnd,
  openSocket,
  openWire,
  type Ready,
  readEvents,
  receiveText,
  sendText,
  type Wire,
} from './wire.ts'

interface Http {
  readonly sockets: Sockets
  readonly wire: Wire
  readonly port: number
  readonly timeoutMs: number
  readonly report: Report
  readonly book: HelloBook
  readonly calls: Map<number, Call>
  readonly timeline: Timeline<Call>
  inFlight: number
  young: number
  sentBytes: number
  /** The wall clock's distance to the monotonic one. */
  offsetNs: number
}

/** Handshakes that run at once: more would wait for each other, and measure that. */
const mostYoung = 64
const youngMs = 50
/** Silent targets add up; the rest of the process needs file descriptors, too. */
const mostInFlight = 4096

/** What TCP adds: SYN; then the handshake's ACK, the request's head, the answer's ACK, our FIN. */
const [synBytes, segmentBytes, laterSegments] = [40, 32, 4]
const stages = { grown: 0, over: 1 } as const

/** HTTP over TCP sockets of our own: the handshake's time and the answer's stamp are the kernel's. */
export function createNativeHttp(
  sockets: Sockets,
  port: number,
  timeoutMs: number,
  report: Report,
): Method | string {
  const wire = openWire(sockets)
  if (typeof wire === 'string') return wire
  const http: Http = {
    sockets,
    wire,
    port,
    timeoutMs,
    report,
    book: createHelloBook(),
    calls: new Map(),
    timeline: createTimeline([Math.min(youngMs, timeoutMs), timeoutMs]),
    inFlight: 0,
    young: 0,
    sentBytes: 0,
    offsetNs: 0,
  }
  return {
    ability: { kind: 'ready', method: 'native sockets', clock: 'kernel' },
    room: () => Math.min(mostYoung - http.young, mostInFlight - http.inFlight),
    begin: (peers, nowMs) => begin(http, peers, nowMs),
    drain() {
      if (http.inFlight === 0) return
      measureOffset(http)
      readEvents(wire, ready => advance(http, ready))
    },
    expire(nowMs, stalledMs) {
      http.timeline.pass(stages.grown, nowMs, call => grow(http, call))
      http.timeline.pass(stages.over, nowMs, call => giveUp(http, call, stalledMs))
    },
    inFlight: () => http.inFlight,
    drops: () => 0,
    sentBytes: () => http.sentBytes,
    forget: slot => http.book.forget(slot),
    close() {
      for (const fd of http.calls.keys()) sockets.close(fd)
      http.calls.clear()
      closeWire(wire)
    },
  }
}

const measureOffset = (http: Http) => {
  http.offsetNs = http.sockets.nowNs() - performance.now() * 1e6
}

const depart = (http: Http): Departure => ({
  sentNs: http.sockets.nowNs(),
  offsetNs: http.offsetNs,
})

function begin(http: Http, peers: readonly Peer[], nowMs: number): void {
  measureOffset(http)
  for (const peer of peers) {
    const call = createCall(peer, http.book.pathOf(peer.slot), nowMs, depart(http))
    http.inFlight += 1
    http.young += 1
    http.timeline.add(call, nowMs)
    connect(http, call)
  }
}

function connect(http: Http, call: Call): void {
  call.state = 'connecting'
  call.tries += 1
  call.head = ''
  call.fd = openSocket(http.wire, call.peer)
  if (call.fd < 0) {
    fail(http, call, reasonOf(http.sockets.error()))
    return
  }
  http.calls.set(call.fd, call)
  http.sentBytes += synBytes + ipHeaderBytes[call.peer.family]
  call.began = depart(http)
  const error = beginConnect(http.wire, call.fd, call.peer, http.port)
  if (error !== '') fail(http, call, reasonOf(error))
}

function advance(http: Http, ready: Ready): void {
  const call = http.calls.get(ready.fd)
  if (call?.state === 'connecting' && isOver(http, call, Number.NaN)) return
  if (call?.state === 'connecting' && ready.broken) {
    const error = connectError(http.wire, call.fd)
    fail(http, call, error === '' ? 'closed' : reasonOf(error))
  } else if (call?.state === 'connecting' && ready.writable) ask(http, call)
  if (call?.state === 'waiting' && ready.readable) listen(http, call)
}

function ask(http: Http, call: Call): void {
  const { ns, retransmits } = handshakeOf(http.wire, call.fd)
  call.retransmits += retransmits
  call.clock = ns === undefined ? 'process' : 'kernel'
  call.state = 'waiting'
  call.connectNs = ns ?? since(http, call.began, http.sockets.nowNs())
  const text = requestText(call.peer, http.port, call.path)
  const error = sendText(http.wire, call.fd, text)
  http.sentBytes += text.length + laterSegments * (segmentBytes + ipHeaderBytes[call.peer.family])
  call.asked = { sentNs: http.wire.sentNs, offsetNs: http.offsetNs }
  if (error !== '') fail(http, call, reasonOf(error))
}

const since = ({ sockets, offsetNs }: Http, departure: Departure, stampNs: number): number =>
  elapsedNs(departure.sentNs, departure.offsetNs, stampNs, offsetNs, sockets.nowNs)

/** What comes after the deadline is no answer, whatever it is: `expire` tells whose fault that is. */
const isOver = (http: Http, call: Call, stampNs: number): boolean =>
  since(http, call.started, Number.isNaN(stampNs) ? http.sockets.nowNs() : stampNs) >
  http.timeoutMs * 1e6

function listen(http: Http, call: Call): void {
  while (call.state === 'waiting') {
    const received = receiveText(http.wire, call.fd)
    if (isOver(http, call, received.stampNs)) return
    if (received.kind === 'error') {
      if (received.error !== 'EAGAIN') breakOff(http, call, reasonOf(received.error))
      return
    }
    if (received.text === '') fail(http, call, 'closed', detailOfEnd(call.head))
    else hear(http, call, received.text, received.stampNs)
  }
}

/** Go's text of a reset names our end, too. */
const breakOff = (http: Http, call: Call, reason: FailureReason) =>
  fail(http, call, reason, reason === 'reset' ? localEnd(http.wire, call.fd) : '')

function hear(http: Http, call: Call, text: string, stampNs: number): void {
  if (call.head === '') hearFirst(http, call, stampNs)
  call.head += text
  const head = readHead(call.head)
  if (head.kind === 'incomplete') return
  if (head.kind === 'garbage') fail(http, call, 'bad-reply', head.detail)
  else if (head.status === 200) succeed(http, call)
  else if (head.status === 404 && call.tries < helloPaths.length) askOtherwise(http, call)
  else fail(http, call, 'bad-status', head.detail)
}

/** The first byte's time is what counts, from when the device got the request. */
function hearFirst(http: Http, call: Call, stampNs: number): void {
  const stamped = !Number.isNaN(stampNs)
  call.firstByteNs = stamped ? stampNs : http.sockets.nowNs()
  if (!stamped) call.clock = 'process'
  const askedNs = departureNs(http.wire, call.fd)
  if (askedNs >= call.asked.sentNs && askedNs <= call.firstByteNs)
    call.asked = { ...call.asked, sentNs: askedNs }
}

function askOtherwise(http: Http, call: Call): void {
  hangUp(http, call)
  call.path = otherPath(call.path)
  connect(http, call)
}

function succeed(http: Http, call: Call): void {
  const { clock, connectNs, peer, firstByteNs, retransmits } = call
  const rttNs = connectNs + since(http, call.asked, firstByteNs)
  http.book.learn(peer.slot, call.path)
  end(http, call)
  const atMs = http.sockets.epochSeconds * 1000 + firstByteNs / 1e6
  http.report.reply(peer, 'http', { atMs, rttNs, clock, connectNs, retransmits })
}

const giveUp = (http: Http, call: Call, stalledMs: number) =>
  call.beganMs > stalledMs
    ? fail(http, call, 'timeout')
    : fail(http, call, 'no-resources', 'this prober was held up')

function fail(http: Http, call: Call, reason: FailureReason, detail = ''): void {
  if (call.state === 'over') return
  end(http, call)
  http.report.failure(call.peer, 'http', reason, detail, call)
}

function end(http: Http, call: Call): void {
  hangUp(http, call)
  grow(http, call)
  call.state = 'over'
  http.inFlight -= 1
}

/** Closing takes the socket out of epoll, too. */
function hangUp(http: Http, call: Call): void {
  if (call.fd < 0) return
  http.calls.delete(call.fd)
  http.sockets.close(call.fd)
  call.fd = -1
}

function grow(http: Http, call: Call): void {
  if (call.young) http.young -= 1
  call.young = false
}
