// How far the prober's times are from a packet capture's on the same link, in two namespaces: between
// them while the main thread draws (20 ms of work, ten times a second), and on idle loopback. The
// receiving half of a time is the same kernel stamp on both sides: what is compared is mostly the
// sending half, and the pairing.
import { createServer } from 'node:http'
import { firstByteNs, type ProbeKind, type Reply } from '../src/core/model/probe.ts'
import type { Finding, Slot } from '../src/core/model/prober.ts'
import { echoTimes, helloTimes, type Packet, startCapture } from './capture.ts'
import {
  addresses,
  type Bench,
  inside,
  isMain,
  median,
  openBenchProber,
  openLab,
  percentile,
  print,
  type Row,
  round,
  startDelay,
  startInside,
  stop,
} from './lab.ts'

const command = 'node bench/bias.ts'
const port = 4240

interface Scenario {
  readonly figure: string
  readonly kind: ProbeKind
  /** `slow`: the net of whom answers after 5 ms. */
  readonly targets: (slow: string) => readonly string[]
  readonly turns: number
  readonly everyMs: number
  readonly busy: boolean
  /** Aims by what is compared. */
  readonly aims: Readonly<Record<string, { readonly p50: string; readonly p99: string }>>
}

const within10 = { p50: 'within 10', p99: 'told' }
const told = { p50: 'told', p99: 'told' }

const scenarios = {
  burst: {
    figure: 'ICMP, 1000 at once, busy',
    kind: 'icmp',
    targets: slow => addresses(1000, slow),
    turns: 5,
    everyMs: 0,
    busy: true,
    aims: { rtt: { p50: '<= 5', p99: '<= 60' } },
  },
  lone: {
    figure: 'ICMP, one each 10 ms, busy',
    kind: 'icmp',
    targets: slow => [`${slow}.1.1`],
    turns: 200,
    everyMs: 10,
    busy: true,
    aims: { rtt: within10 },
  },
  hello: {
    figure: 'HTTP, one each 5 ms, busy',
    kind: 'http',
    targets: () => ['10.99.0.2'],
    turns: 300,
    everyMs: 5,
    busy: true,
    aims: { connect: told, 'first byte': { p50: '<= 50', p99: '<= 500' }, rtt: told },
  },
  idlePing: {
    figure: 'ICMP, idle loopback, one each 50 ms',
    kind: 'icmp',
    targets: () => ['127.0.0.1'],
    turns: 100,
    everyMs: 50,
    busy: false,
    aims: { rtt: within10 },
  },
  idleHello: {
    figure: 'HTTP, idle loopback, one each 50 ms',
    kind: 'http',
    targets: () => ['127.0.0.1'],
    turns: 100,
    everyMs: 50,
    busy: false,
    aims: { connect: told, 'first byte': told, rtt: within10 },
  },
} satisfies Record<string, Scenario>

interface Biases {
  /** By what is compared: ours less the capture's. */
  readonly biasUs: Readonly<Record<string, readonly number[]>>
  readonly shortestUs: number
}

/** Nanoseconds by what is compared, in order. */
type Times = readonly Readonly<Record<string, number>>[]

export async function benchBias(): Promise<Bench> {
  const lab = openLab()
  if (typeof lab === 'string') return { rows: [], skipped: [`bias: namespaces: ${lab}`] }
  const serve = [process.execPath, import.meta.filename, 'serve']
  const delay = await startDelay(lab)
  const servers = [
    await startInside(lab.inside(lab.there), ...serve),
    await startInside(lab.inside(lab.here), ...serve),
  ]
  const slow = typeof delay === 'string' ? '10.98' : '10.97'
  const rows: Row[] = []
  try {
    for (const [name, scenario] of Object.entries(scenarios)) {
      const biases = await inside<Biases>(lab.inside(lab.here), import.meta.filename, name, slow)
      rows.push(...rowsOf(scenario, biases))
    }
    return { rows, skipped: typeof delay === 'string' ? [`a delay of 5 ms: ${delay}`] : [] }
  } finally {
    for (const server of servers) await stop(server)
    if (typeof delay !== 'string') await stop(delay)
    lab.close()
  }
}

function rowsOf({ figure, aims }: Scenario, { biasUs, shortestUs }: Biases): Row[] {
  const row = (what: string, us: number, target: string) => ({
    figure: `${figure}, ${what}, µs`,
    ours: round(us, 1),
    target,
    command,
  })
  const biases = Object.entries(aims).flatMap(([what, { p50, p99 }]) => [
    row(`${what}: bias p50`, median(biasUs[what] ?? []), p50),
    row(`${what}: bias p99`, percentile(biasUs[what] ?? [], 0.99), p99),
  ])
  return [...biases, row('shortest time told', shortestUs, '> 0')]
}

/** One scenario, from inside the near namespace. */
async function measure(scenario: Scenario, slow: string): Promise<Biases> {
  const { kind, turns, everyMs, busy, aims } = scenario
  const ips = scenario.targets(slow)
  const others = { icmp: { icmp: 'off' }, http: { http: 'off' } } as const
  const off = others[kind === 'icmp' ? 'http' : 'icmp']
  const { prober, slots, take } = await openBenchProber(ips, { ...off, httpPort: port })
  const work = busy ? setInterval(draw, 100) : undefined
  for (let warm = 0; warm < 30; warm += 1) await prober.probe(slots)
  take()
  const capture = await startCapture()
  for (let turn = 0; turn < turns; turn += 1) {
    await pause(everyMs)
    await prober.probe(slots)
  }
  clearInterval(work)
  await prober.close()
  const told = timesTold(take(), kind)
  const captured = timesCaptured[kind](capture.packets())
  const pairs = ips.flatMap((ip, slot) => pair(told.get(slot) ?? [], captured.get(ip) ?? []))
  if (pairs.length < (ips.length * turns) / 2)
    throw new Error(`only ${pairs.length} of ${ips.length * turns} times can be compared`)
  const differences = (what: string) =>
    pairs.map(([ours, truth]) => ((ours[what] ?? Number.NaN) - (truth[what] ?? 0)) / 1000)
  return {
    biasUs: Object.fromEntries(Object.keys(aims).map(what => [what, differences(what)])),
    shortestUs: Math.min(...pairs.map(([{ rtt = Number.NaN }]) => rtt)) / 1000,
  }
}

function draw(): void {
  const until = performance.now() + 20
  while (performance.now() < until);
}

function timesTold(findings: readonly Finding[], by: ProbeKind): Map<Slot, Times> {
  const times = new Map<Slot, Times>()
  for (const { slot, kind, outcome } of findings)
    if (kind === by && outcome.kind === 'reply')
      times.set(slot, [...(times.get(slot) ?? []), timesOf(outcome)])
  return times
}

const timesOf = (reply: Reply) => ({
  rtt: reply.rttNs,
  connect: reply.connectNs ?? Number.NaN,
  'first byte': firstByteNs(reply) ?? Number.NaN,
})

const timesCaptured = {
  icmp: packets =>
    new Map([...echoTimes(packets)].map(([ip, times]) => [ip, times.map(rtt => ({ rtt }))])),
  http: packets => {
    const times = new Map<string, Times>()
    for (const { ip, connectNs, firstByteNs } of helloTimes(packets, port)) {
      const rtt = connectNs + firstByteNs
      const one = { connect: connectNs, 'first byte': firstByteNs, rtt }
      times.set(ip, [...(times.get(ip) ?? []), one])
    }
    return times
  },
} satisfies Record<ProbeKind, (packets: readonly Packet[]) => Map<string, Times>>

/** Where one has more (a packet sent again), nobody knows which belong together. */
const pair = (ours: Times, truth: Times) =>
  ours.length === truth.length ? ours.map((one, index) => [one, truth[index] ?? {}] as const) : []

const pause = (ms: number) => new Promise(done => setTimeout(done, ms))

function serve(): void {
  const server = createServer((_, response) => response.end())
  server.listen(port, '0.0.0.0', () => console.log('ready'))
}

if (isMain(import.meta.url)) {
  const [, , first, scenario = 'lone', slow = ''] = process.argv
  if (first === 'serve') serve()
  else if (first === 'inside')
    console.log(JSON.stringify(await measure(scenarios[scenario as keyof typeof scenarios], slow)))
  else print(await benchBias())
}
