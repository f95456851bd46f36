// How far the prober's times are from a packet capture's on the same link, in two namespaces, while
// the main thread draws (20 ms of work, ten times a second). The receiving half of a time is the same
// kernel stamp on both sides: what is compared is mostly the sending half, and the pairing.
import { createServer } from 'node:http'
import type { ProbeKind } from '../src/core/model/probe.ts'
import type { Finding } from '../src/core/model/prober.ts'
import { echoTimes, helloTimes, startCapture } from './capture.ts'
import {
  addresses,
  type Bench,
  inside,
  isMain,
  median,
  missing,
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

/** Microseconds, ours less the capture's; `lowestUs`: the shortest time that we told. */
interface Biases {
  readonly biasUs: readonly number[]
  readonly lowestUs: number
}

type Scenario = 'burst' | 'lone' | 'loopback' | 'hello'

export async function benchBias(): Promise<Bench> {
  if (missing('tcpdump')) return { rows: [], skipped: ['bias: tcpdump is not installed'] }
  const lab = openLab()
  if (typeof lab === 'string') return { rows: [], skipped: [`bias: namespaces: ${lab}`] }
  const serve = [process.execPath, import.meta.filename, 'serve']
  const delay = await startDelay(lab)
  const server = await startInside(lab.inside(lab.there), ...serve)
  const slow = typeof delay === 'string' ? '10.98' : '10.97'
  const run = (scenario: Scenario) =>
    inside<Biases>(lab.inside(lab.here), import.meta.filename, scenario, slow, lab.here.link)
  try {
    const burst = await run('burst')
    const lone = await run('lone')
    const loopback = await run('loopback')
    const hello = await run('hello')
    return {
      rows: [
        ...rowsOf('ICMP, 1000 at once', burst, '<= 5', '<= 60'),
        ...rowsOf('ICMP, one each 10 ms', lone, 'within 10', 'told'),
        ...rowsOf('ICMP, loopback, one each 10 ms', loopback, 'within 10', 'told'),
        {
          figure: 'ICMP, loopback: shortest time told, µs',
          ours: round(loopback.lowestUs, 1),
          target: '> 0',
          command,
        },
        ...rowsOf('HTTP, one each 5 ms, until the first byte', hello, '<= 50', '<= 500'),
      ],
      skipped: typeof delay === 'string' ? [`a delay of 5 ms: ${delay}`] : [],
    }
  } finally {
    await stop(server)
    if (typeof delay !== 'string') await stop(delay)
    lab.close()
  }
}

const rowsOf = (what: string, { biasUs }: Biases, p50: string, p99: string): Row[] => [
  { figure: `${what}: bias p50, µs`, ours: round(median(biasUs), 1), target: p50, command },
  {
    figure: `${what}: bias p99, µs`,
    ours: round(percentile(biasUs, 0.99), 1),
    target: p99,
    command,
  },
]

/** One scenario, from inside the near namespace. */
async function measure(scenario: Scenario, slow: string, link: string): Promise<Biases> {
  const busy = setInterval(work, 100)
  const measured = await scenarios[scenario](slow, link)
  clearInterval(busy)
  return measured
}

function work(): void {
  const until = performance.now() + 20
  while (performance.now() < until);
}

const scenarios = {
  burst: (slow, link) => pings(addresses(1000, slow), link, 5, 0),
  lone: (slow, link) => pings([`${slow}.1.1`], link, 200, 10),
  loopback: () => pings(['127.0.0.1'], 'lo', 200, 10),
  hello: (_, link) => hellos(link),
} satisfies Record<Scenario, (slow: string, link: string) => Promise<Biases>>

async function pings(
  ips: readonly string[],
  link: string,
  rounds: number,
  everyMs: number,
): Promise<Biases> {
  const { prober, slots, take } = await openBenchProber(ips, { http: 'off' })
  for (let warm = 0; warm < 30; warm += 1) await prober.probe(slots)
  take()
  const capture = await startCapture(link, 'icmp')
  for (let turn = 0; turn < rounds; turn += 1) {
    await pause(everyMs)
    await prober.probe(slots)
  }
  const captured = echoTimes(await capture.packets())
  const told = rttsOf(take(), 'icmp')
  await prober.close()
  const biasUs = ips.flatMap((ip, slot) => {
    const [ours, truth] = [told.get(slot) ?? [], captured.get(ip) ?? []]
    return ours.length === truth.length ? differences(ours, truth) : []
  })
  return { biasUs, lowestUs: Math.min(...[...told.values()].flat()) / 1000 }
}

async function hellos(link: string): Promise<Biases> {
  const { prober, slots, take } = await openBenchProber(['10.99.0.2'], {
    icmp: 'off',
    httpPort: port,
  })
  for (let warm = 0; warm < 100; warm += 1) await prober.probe(slots)
  take()
  const capture = await startCapture(link, `tcp port ${port}`)
  for (let turn = 0; turn < 300; turn += 1) {
    await pause(5)
    await prober.probe(slots)
  }
  const truth = helloTimes(await capture.packets())
  const ours = rttsOf(take(), 'http').get(0) ?? []
  await prober.close()
  if (ours.length !== truth.length) throw new Error(`${ours.length} of ${truth.length} answered`)
  return { biasUs: differences(ours, truth), lowestUs: Math.min(...ours) / 1000 }
}

/** Round-trip times in order, by slot. */
function rttsOf(findings: readonly Finding[], kind: ProbeKind): Map<number, number[]> {
  const rtts = new Map<number, number[]>()
  for (const { slot, kind: by, outcome } of findings)
    if (by === kind && outcome.kind === 'reply')
      rtts.set(slot, [...(rtts.get(slot) ?? []), outcome.rttNs])
  return rtts
}

const differences = (ours: readonly number[], truth: readonly number[]): number[] =>
  ours.map((rtt, index) => (rtt - (truth[index] ?? Number.NaN)) / 1000)

const pause = (ms: number) => new Promise(done => setTimeout(done, ms))

function serve(): void {
  const server = createServer((_, response) => response.end())
  server.listen(port, '0.0.0.0', () => console.log('ready'))
}

if (isMain(import.meta.url)) {
  const [, , first, scenario = 'lone', slow = '', link = ''] = process.argv
  if (first === 'serve') serve()
  else if (first === 'inside')
    console.log(JSON.stringify(await measure(scenario as Scenario, slow, link)))
  else print(await benchBias())
}
