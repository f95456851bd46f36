import type { FailureReason, StampClock } from '../../core/model/probe.ts'
import { type Departure, elapsedNs } from '../elapsed.ts'
import type { Method, Report } from '../method.ts'
import type { Peer } from '../peer.ts'
import { reasonOf } from '../reasons.ts'
import type { Sockets } from '../sockets.ts'
import { createTimeline, type Timeline } from '../timeline.ts'
import { readHead } from './head.ts'
import {
  createHelloBook,
  type HelloBook,
  type HelloPath,
  helloPaths,
  otherPath,
  requestText,
} from './hello.ts'
import {
  beginConnect,
  connectError,
  handshakeNs,
  openSocket,
  openWire,
  type Ready,
  readEvents,
  receiveText,
  sendText,
  type Wire,
} from './wire.ts'

interface Call {
  readonly peer: Peer
  path: HelloPath
  /** Connections made: a second one asks by the other path. */
  tries: number
  fd: number
  state: 'connecting' | 'waiting' | 'over'
  began: Departure
  connectNs: number
  clock: StampClock
  asked: Departure
  head: string
  firstByteNs: number
  /** Too early to call it slow. */
  young: boolean
}

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
  /** The wall clock's distance to the monotonic one. */
  offsetNs: number
}

/** Handshakes that run at once: more would wait for each other, and measure that. */
const mostYoung = 64
const youngMs = 50
/** Silent targets add up; the rest of the process needs file descriptors, too. */
const mostInFlight = 4096

const stages = { grown: 0, over: 1 } as const
const never: Departure = { sentNs: 0, offsetNs: 0 }

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
    expire(nowMs) {
      http.timeline.pass(stages.grown, nowMs, call => grow(http, call))
      http.timeline.pass(stages.over, nowMs, call => fail(http, call, 'timeout'))
    },
    inFlight: () => http.inFlight,
    drops: () => 0,
    forget: slot => http.book.forget(slot),
    close() {
      for (const fd of http.calls.keys()) sockets.close(fd)
      http.calls.clear()
      sockets.close(wire.epoll)
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
    const call: Call = {
      peer,
      path: http.book.pathOf(peer.slot),
      tries: 0,
      fd: -1,
      state: 'connecting',
      began: never,
      connectNs: 0,
      clock: 'kernel',
      asked: never,
      head: '',
      firstByteNs: 0,
      young: true,
    }
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
  call.began = depart(http)
  const error = beginConnect(http.wire, call.fd, call.peer, http.port)
  if (error !== '') fail(http, call, reasonOf(error))
}

function advance(http: Http, ready: Ready): void {
  const call = http.calls.get(ready.fd)
  if (call?.state === 'connecting' && ready.broken) {
    const error = connectError(http.wire, call.fd)
    fail(http, call, error === '' ? 'closed' : reasonOf(error))
  } else if (call?.state === 'connecting' && ready.writable) ask(http, call)
  if (call?.state === 'waiting' && ready.readable) listen(http, call)
}

function ask(http: Http, call: Call): void {
  const ns = handshakeNs(http.wire, call.fd)
  call.clock = ns === undefined ? 'process' : 'kernel'
  call.state = 'waiting'
  call.asked = depart(http)
  call.connectNs = ns ?? since(http, call.began, call.asked.sentNs)
  const error = sendText(http.wire, call.fd, requestText(call.peer, http.port, call.path))
  if (error !== '') fail(http, call, reasonOf(error))
}

const since = ({ sockets, offsetNs }: Http, departure: Departure, stampNs: number): number =>
  elapsedNs(departure, { stampNs, nowNs: sockets.nowNs(), offsetNs })

function listen(http: Http, call: Call): void {
  while (call.state === 'waiting') {
    const received = receiveText(http.wire, call.fd)
    if (received.kind === 'error') {
      if (received.error !== 'EAGAIN') fail(http, call, reasonOf(received.error))
      return
    }
    if (received.text === '') fail(http, call, 'closed')
    else hear(http, call, received.text, received.stampNs)
  }
}

function hear(http: Http, call: Call, text: string, stampNs: number): void {
  const stamped = !Number.isNaN(stampNs)
  if (call.head === '') call.firstByteNs = stamped ? stampNs : http.sockets.nowNs()
  if (!stamped) call.clock = 'process'
  call.head += text
  const head = readHead(call.head)
  if (head.kind === 'incomplete') return
  if (head.kind === 'garbage') fail(http, call, 'bad-reply', head.detail)
  else if (head.status === 200) succeed(http, call)
  else if (head.status === 404 && call.tries < helloPaths.length) askOtherwise(http, call)
  else fail(http, call, 'bad-status', head.detail)
}

function askOtherwise(http: Http, call: Call): void {
  hangUp(http, call)
  call.path = otherPath(call.path)
  connect(http, call)
}

function succeed(http: Http, call: Call): void {
  const { clock, connectNs, peer, firstByteNs } = call
  const rttNs = connectNs + since(http, call.asked, firstByteNs)
  if (rttNs > http.timeoutMs * 1e6) {
    fail(http, call, 'timeout')
    return
  }
  http.book.learn(peer.slot, call.path)
  end(http, call)
  const atMs = http.sockets.epochSeconds * 1000 + firstByteNs / 1e6
  http.report.reply(peer.slot, 'http', { atMs, rttNs, clock, connectNs })
}

function fail(http: Http, call: Call, reason: FailureReason, detail = ''): void {
  if (call.state === 'over') return
  end(http, call)
  http.report.failure(call.peer.slot, 'http', reason, detail)
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
