import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventLog, eventsReport } from '../../../src/core/model/events.ts'
import { createHistory } from '../../../src/core/model/history.ts'
import type { IpAddress, NodeName } from '../../../src/core/model/node.ts'
import type { Outcome, ProbeKind } from '../../../src/core/model/probe.ts'
import type {
  NodeHealth,
  PathHealth,
  ProbeHealth,
  Snapshot,
  Verdict,
} from '../../../src/core/model/snapshot.ts'

const startMs = Date.UTC(2026, 10, 22, 15)
type Verdicts = Partial<Record<`${PathHealth['to']} ${ProbeKind}`, Verdict>>

const probe = (verdict: Verdict, atMs: number, history = createHistory(1)): ProbeHealth => ({
  verdict,
  last:
    verdict === 'reachable'
      ? { kind: 'reply', atMs, rttNs: 1e6, clock: 'kernel' }
      : {
          kind: 'failure',
          atMs,
          reason: verdict === 'unknown' ? 'not-permitted' : 'timeout',
          detail: '',
        },
  history,
  changedAtMs: atMs,
  flaps: 0,
})

function node(name: string, verdicts: Verdicts = {}, atMs = startMs): NodeHealth {
  const paths = (['host', 'endpoint'] as const).map((to, index): PathHealth => {
    const of = (kind: ProbeKind) => probe(verdicts[`${to} ${kind}`] ?? 'reachable', atMs)
    const ip = `10.0.${index}.1` as IpAddress
    const probes = { icmp: of('icmp'), http: of('http') }
    return { node: name as NodeName, to, rank: 'primary', ip, verdict: 'reachable', probes }
  })
  return { name: name as NodeName, local: false, verdict: 'reachable', paths }
}

const snapshot = (atMs: number, nodes: NodeHealth[], more: Partial<Snapshot> = {}): Snapshot => ({
  origin: { kind: 'engine', label: 'test' },
  takenAtMs: atMs,
  intervalMs: 1000,
  feed: { kind: 'live' },
  agent: { kind: 'absent' },
  prober: undefined,
  self: undefined,
  nodes,
  ...more,
})

/** A log, and a way to show it one node's verdicts after so many seconds. */
function watching(...names: string[]) {
  const log = createEventLog()
  log.observe(
    snapshot(
      startMs,
      names.map(name => node(name)),
    ),
  )
  const after = (seconds: number, verdicts: Verdicts, name = names[0] ?? '') => {
    const atMs = startMs + 1000 * seconds
    const nodes = names.map(each => (each === name ? node(each, verdicts, atMs) : node(each)))
    log.observe(snapshot(atMs, nodes))
  }
  const told = () =>
    log.list().map(({ kind, probes, endedAtMs }) => {
      const what = probes.map(({ to, kind: of }) => `${to} ${of}`).join('+')
      return `${kind} ${what}${endedAtMs === undefined ? '' : ` until ${(endedAtMs - startMs) / 1000}`}`
    })
  return { log, after, told }
}

const down = { 'host icmp': 'unreachable', 'host http': 'unreachable' } as const

test('the first good answers are no news, the first bad ones are', () => {
  const { told } = watching('a')
  expect(told()).toEqual([])
  const log = createEventLog()
  log.observe(snapshot(startMs, [node('a', { 'host icmp': 'unreachable' })]))
  expect(log.list()).toMatchObject([
    { kind: 'down', severity: 'critical', nodes: ['a'], reason: 'timeout', acknowledged: false },
  ])
})

test('what was so at the first look may be older; what was seen to turn is not', () => {
  const log = createEventLog()
  log.observe(snapshot(startMs, [node('a', { 'host icmp': 'unreachable' })]))
  expect(log.list()).toMatchObject([{ kind: 'down', maybeOlder: true }])
  const { log: seen, after } = watching('a')
  after(10, down)
  expect(seen.list()[0]).not.toHaveProperty('maybeOlder')
})

test('probes that fail together are one event, over all of them, until the last is back', () => {
  const { after, told } = watching('a')
  after(10, { 'host icmp': 'unreachable' })
  after(11, down)
  expect(told()).toEqual(['down host icmp+host http'])
  after(20, { 'host http': 'unreachable' })
  after(21, {})
  expect(told()).toEqual(['up host icmp+host http until 20', 'down host icmp+host http until 21'])
})

test('what fails much later is an event of its own', () => {
  const { after, told } = watching('a')
  after(10, { 'host icmp': 'unreachable' })
  after(60, down)
  expect(told()).toEqual(['down host http', 'down host icmp'])
})

test('a probe that can no longer be sent is no failure, and its way back no recovery', () => {
  const { log, after, told } = watching('a')
  after(10, { 'host icmp': 'unknown' })
  expect(log.list()[0]).toMatchObject({ kind: 'unknown', severity: 'warning' })
  after(20, {})
  expect(told()).toEqual(['unknown host icmp until 20'])
})

test('a flapping node is one event that counts its turns, until it stood still', () => {
  const { log, after, told } = watching('a', 'b')
  for (let turn = 1; turn <= 20; turn += 1) after(10 * turn, turn % 2 === 1 ? down : {})
  expect(told()[0]).toBe('flapping host icmp+host http')
  expect(log.list()[0]?.number).toBe(20)
  expect(log.list()).toHaveLength(6)
  after(200 + 600, {})
  expect(told()[0]).toBe('flapping host icmp+host http until 200')
})

test('the probes that flap are named, and another one’s outage is its own', () => {
  const { after, told } = watching('a')
  const flapping: Verdicts = { 'endpoint icmp': 'unreachable', 'endpoint http': 'unreachable' }
  for (let turn = 1; turn <= 5; turn += 1) after(10 * turn, turn % 2 === 1 ? flapping : {})
  after(55, { ...flapping, 'host http': 'unreachable' })
  expect(told()[0]).toBe('down host http')
  after(60, { 'host http': 'unreachable' })
  expect(told()[0]).toBe('flapping endpoint icmp+endpoint http')
  expect(told()).toContain('down host http')
  after(70, flapping)
  expect(told()).toContain('down host http until 70')
  after(70 + 600, flapping)
  expect(told()[0]).toBe('down endpoint icmp+endpoint http')
  expect(told()).toContain('flapping endpoint icmp+endpoint http until 70')
})

test('nodes that join or leave are told, the first list is not', () => {
  const log = createEventLog()
  log.observe(snapshot(startMs, []))
  log.observe(snapshot(startMs + 1, [node('a'), node('b', down)]))
  log.observe(snapshot(startMs + 2000, [node('a'), node('c'), node('d')]))
  expect(log.list().map(({ kind, nodes }) => [kind, ...nodes])).toEqual([
    ['left', 'b'],
    ['joined', 'c', 'd'],
    ['down', 'b'],
  ])
  expect(log.list()[2]?.endedAtMs).toBe(startMs + 2000)
})

test('a source or a list that is lost lasts until it is back', () => {
  const log = createEventLog()
  const nodes = [node('a')]
  log.observe(snapshot(startMs, nodes))
  const sinceMs = startMs + 5000
  const feed = { kind: 'lost', sinceMs, reason: 'refused' } as const
  log.observe(snapshot(startMs + 6000, nodes, { feed, listLost: { sinceMs, reason: 'gone' } }))
  expect(log.list().map(({ kind }) => kind)).toEqual(['list-lost', 'source-lost'])
  log.observe(snapshot(startMs + 9000, nodes))
  expect(
    log
      .list()
      .map(({ kind }) => kind)
      .slice(0, 2),
  ).toEqual(['list-back', 'source-back'])
  expect(log.list()[3]).toMatchObject({
    atMs: sinceMs,
    endedAtMs: startMs + 9000,
    reason: 'refused',
  })
})

test('a source that was never reached is neither lost nor back', () => {
  const log = createEventLog()
  const feed = { kind: 'lost', sinceMs: startMs, reason: 'refused' } as const
  log.observe(snapshot(startMs, [], { feed: { kind: 'starting' } }))
  log.observe(snapshot(startMs + 1000, [], { feed }))
  log.observe(snapshot(startMs + 2000, [node('a')]))
  expect(log.list()).toEqual([])
  log.observe(snapshot(startMs + 3000, [node('a')], { feed }))
  log.observe(snapshot(startMs + 4000, [node('a')]))
  expect(log.list().map(({ kind }) => kind)).toEqual(['source-back', 'source-lost'])
})

test('a probe thread that was replaced is told, but not what a daemon did before we came', () => {
  const log = createEventLog()
  const at = (seconds: number, restarts?: number) =>
    log.observe(
      snapshot(startMs + 1000 * seconds, [node('a')], {
        prober: {
          ...({} as NonNullable<Snapshot['prober']>),
          ...(restarts ? { restarts, restartedAtMs: startMs + 500, restartReason: 'oh' } : {}),
        },
      }),
    )
  log.observe(snapshot(startMs, [node('a')]))
  at(1, 3)
  expect(log.list()).toEqual([])
  at(2)
  at(3, 1)
  at(4, 1)
  expect(log.list()).toMatchObject([
    { kind: 'replaced', severity: 'warning', number: 1, reason: 'oh', atMs: startMs + 500 },
  ])
  expect(log.list()[0]?.endedAtMs).toBe(startMs + 500)
})

test('a median that doubles for a minute is a step, until it is back', () => {
  const log = createEventLog()
  const history = createHistory(500)
  let atMs = startMs
  const run = (seconds: number, rttNs: number) => {
    for (let second = 0; second < seconds; second += 1) {
      atMs += 1000
      const outcome: Outcome = { kind: 'reply', atMs, rttNs, clock: 'kernel' }
      history.add(outcome)
      const { paths, ...rest } = node('a')
      const [host] = paths as [PathHealth]
      const icmp = probe('reachable', startMs, history)
      log.observe(
        snapshot(atMs, [{ ...rest, paths: [{ ...host, probes: { ...host.probes, icmp } }] }]),
      )
    }
  }
  run(120, 2e6)
  run(20, 5e6)
  expect(log.list()).toEqual([])
  run(60, 5e6)
  expect(log.list()).toMatchObject([{ kind: 'slower', number: 2.5, endedAtMs: undefined }])
  run(90, 2e6)
  expect(log.list()).toMatchObject([{ kind: 'slower' }])
  expect(log.list()[0]?.endedAtMs).toBeGreaterThan(startMs + 200_000)
})

test('the log is bounded, and drops the oldest', () => {
  const { log, after } = watching('a')
  const other = createEventLog(3)
  for (let turn = 0; turn < 100; turn += 1) {
    other.observe(snapshot(startMs + turn * 5000, [node('a'), ...(turn % 2 ? [node('b')] : [])]))
  }
  expect(other.list().map(({ id }) => id)).toEqual([99, 98, 97])
  after(1, down)
  const [first] = log.list()
  log.acknowledge(first?.id ?? 0)
  log.acknowledge(77)
  expect(log.list()[0]?.acknowledged).toBe(true)
  expect(log.list()).toBe(log.list())
})

test('the report has times, durations and what they are about', () => {
  const { log, after } = watching('a')
  after(10, down)
  after(30, {})
  expect(eventsReport(log)[0]).toMatchObject({
    kind: 'down',
    severity: 'critical',
    atMs: Date.UTC(2026, 10, 22, 15, 0, 10),
    durationMs: 20_000,
    nodes: ['a'],
    probes: [
      { to: 'host', kind: 'icmp' },
      { to: 'host', kind: 'http' },
    ],
  })
})

test('whatever happens, an event lasts exactly as long as one of its probes fails', () => {
  const verdict = fc.constantFrom<Verdict>('reachable', 'unreachable', 'unknown')
  const step = fc.record({ seconds: fc.nat(900), 'host icmp': verdict, 'endpoint http': verdict })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const { log, after } = watching('a')
      let now = 0
      for (const { seconds, ...verdicts } of steps) {
        now += seconds + 1
        after(now, verdicts)
      }
      const last = steps.at(-1)
      const failing = Object.values(last ?? {}).includes('unreachable')
      const lasting = log.list().filter(event => event.endedAtMs === undefined)
      const flaps = lasting.some(({ kind }) => kind === 'flapping')
      if (!flaps) expect(lasting.some(({ kind }) => kind === 'down')).toBe(failing)
      for (const { atMs, endedAtMs = atMs } of log.list())
        expect(endedAtMs).toBeGreaterThanOrEqual(atMs)
    }),
  )
})

test('nodes that go down and come back together are one event each, whatever their number', () => {
  const log = createEventLog()
  const names = Array.from({ length: 5000 }, (_, index) => `n${index}`)
  const round = (seconds: number, downs: number) => {
    const atMs = startMs + 1000 * seconds
    log.observe(
      snapshot(
        atMs,
        names.map((name, index) =>
          index < downs
            ? node(name, { 'host icmp': 'unreachable', 'host http': 'unreachable' }, atMs)
            : node(name, {}, atMs),
        ),
        { intervalMs: 60_000 },
      ),
    )
  }
  for (const [seconds, downs] of [
    [0, 0],
    [1, 3],
    [2, 20],
    [3, 1000],
    [9, 5000],
  ] as const) {
    round(seconds, downs)
  }
  const [event, ...others] = log.list()
  expect(others).toEqual([])
  expect(event).toMatchObject({ kind: 'down', reason: 'timeout', endedAtMs: undefined })
  expect(event?.nodes).toHaveLength(5000)
  expect(event?.probes).toHaveLength(2)
  round(200, 1)
  expect(log.list().map(({ kind, nodes }) => [kind, nodes.length])).toEqual([
    ['up', 4999],
    ['down', 5000],
  ])
  round(300, 0)
  expect(log.list().map(({ kind, nodes, endedAtMs }) => [kind, nodes.length, endedAtMs])).toEqual([
    ['up', 1, startMs + 300_000],
    ['up', 4999, startMs + 200_000],
    ['down', 5000, startMs + 300_000],
  ])
})

test('a few nodes stay apart, and what came before a storm stays in the log', () => {
  const log = createEventLog(30)
  const names = Array.from({ length: 200 }, (_, index) => `n${index}`)
  const at = (seconds: number, downs: number) => {
    const atMs = startMs + 1000 * seconds
    const nodes = names.map((name, index) =>
      index < downs
        ? node(name, { 'endpoint http': 'unreachable' }, startMs + seconds)
        : node(name),
    )
    log.observe(snapshot(atMs, nodes))
  }
  at(0, 0)
  at(10, 2)
  at(20, 200)
  expect(log.list().map(({ kind, nodes }) => [kind, nodes.length])).toContainEqual(['down', 200])
  log.acknowledge(log.list().at(-1)?.id ?? 0)
  expect(log.list().at(-1)?.acknowledged).toBe(true)
})
