// What a round of probes costs: ours, fping's, ping's and undici's, on loopback of a namespace, in
// one run, interleaved. CPU is of whole processes with their children; the HTTP responders are a
// process of their own. A daemon is warm: 80 000 probes go before, until nothing is compiled any
// more; the first round of all is told beside it.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ProberSettings } from '../src/probes/index.ts'
import {
  addresses,
  type Bench,
  childrenUs,
  inside,
  isMain,
  median,
  missing,
  openBenchProber,
  openLab,
  print,
  type Row,
  round,
  totalUs,
} from './lab.ts'

const command = 'node bench/probes.ts'
const warmProbes = 80_000
/** Of others: fping's is our reading of its text, undici costs seconds. */
const warmRounds = { fping: 20, ping: 0, undici: 2, http: 10 }
const repeats = 7

/** CPU of one round, microseconds: all of it, and that of the tool alone. */
interface Cost {
  readonly allUs: number
  readonly toolUs: number
  readonly lost: number
}

interface Contender {
  readonly what: string
  round(): Promise<Cost>
  close(): Promise<void>
}

/** By contender: medians over the repeats; the first round where it was cold. */
type Costs = Record<string, { allUs: number; toolUs: number; lost: number; coldUs: number }>

export async function benchProbes(sizes: readonly number[] = [1000, 4000]): Promise<Bench> {
  const lab = openLab()
  const skipped = typeof lab === 'string' ? [`namespaces, so the datagram socket: ${lab}`] : []
  const within = typeof lab === 'string' ? [] : lab.inside(lab.here)
  const rows: Row[] = []
  try {
    for (const size of sizes)
      rows.push(...rowsOf(size, await inside<Costs>(within, import.meta.filename, String(size))))
  } finally {
    if (typeof lab !== 'string') lab.close()
  }
  for (const tool of ['fping', 'ping']) if (missing(tool)) skipped.push(`${tool} is not installed`)
  return { rows, skipped }
}

const targetOf = (size: number) => (size > 2000 ? 0.45 : 0.35)

function rowsOf(size: number, costs: Costs): Row[] {
  const rows: Row[] = []
  const compare = (name: string, ours: string, peer: string, target: string, alone = false) => {
    const [mine, other] = [costs[ours], costs[peer]]
    if (!mine) return
    const figure = `${name}, ${size} targets, µs CPU a probe`
    const own = mine.allUs / size
    const theirs = other && (alone ? other.toolUs : other.allUs) / size
    rows.push({
      figure,
      ours: round(own),
      ...(theirs ? { peer: round(theirs), ratio: round(own / theirs) } : {}),
      target,
      command,
    })
  }
  for (const kind of ['datagram', 'raw']) {
    compare(`ICMP ${kind}, warm : fping`, kind, 'fping', `ratio <= ${targetOf(size)}`)
    compare(`ICMP ${kind}, warm : fping’s own CPU`, kind, 'fping', 'told', true)
    const cold = costs[kind]?.coldUs ?? 0
    const figure = `ICMP ${kind}, first round of a new prober, ${size} targets, µs CPU a probe`
    if (cold > 0) rows.push({ figure, ours: round(cold / size), target: 'told', command })
  }
  compare('ICMP datagram : ping, a process each', 'datagram', 'ping', 'told')
  compare('HTTP native : undici', 'http', 'undici', 'ratio <= 0.35')
  const lost = Object.entries(costs).map(([what, { lost }]) => `${what} ${lost}`)
  rows.push({
    figure: `lost of ${size} × ${repeats}: ${lost.join(', ')}`,
    ours: costs.datagram?.lost ?? costs.raw?.lost ?? 0,
    ...(costs.fping ? { peer: costs.fping.lost } : {}),
    target: '0',
    command,
  })
  return rows
}

async function measure(size: number): Promise<Costs> {
  const responders = fork(new URL('./responders.ts', import.meta.url), [String(size)])
  const failed = once(responders, 'exit').then(() => Promise.reject(new Error('no responders')))
  failed.catch(() => {}) // their end, later on, is expected
  const [said] = await Promise.race([once(responders, 'message'), failed])
  const port = Number(said)
  const contenders = [
    await ours('datagram', size, { icmp: 'datagram', http: 'off' }),
    await ours('raw', size, { icmp: 'raw', http: 'off' }),
    ...(missing('fping') ? [] : [fping(size)]),
    ...(missing('ping') ? [] : [pings(50, size)]),
    await ours('http', size, { icmp: 'off', httpPort: port }),
    await ours('undici', size, { icmp: 'off', http: 'undici', httpPort: port }),
  ].filter(contender => contender !== undefined)
  const costs: Costs = {}
  for (const group of [contenders.slice(0, -2), contenders.slice(-2)])
    Object.assign(costs, await compareAll(group, size))
  for (const contender of contenders) await contender.close()
  responders.disconnect()
  await once(responders, 'exit')
  return costs
}

async function compareAll(contenders: readonly Contender[], size: number): Promise<Costs> {
  const all = contenders.map((): Cost[] => [])
  const cold: number[] = []
  for (const { what, round } of contenders) {
    cold.push((await round()).allUs)
    const rounds = warmRounds[what as keyof typeof warmRounds] ?? warmProbes / size
    for (let warm = 0; warm < rounds; warm += 1) await round()
  }
  for (let repeat = 0; repeat < repeats; repeat += 1)
    for (const [index, contender] of contenders.entries()) all[index]?.push(await contender.round())
  return Object.fromEntries(
    contenders.map(({ what }, index) => {
      const costs = all[index] ?? []
      return [
        what,
        {
          allUs: median(costs.map(cost => cost.allUs)),
          toolUs: median(costs.map(cost => cost.toolUs)),
          lost: costs.reduce((sum, cost) => sum + cost.lost, 0),
          coldUs: cold[index] ?? 0,
        },
      ]
    }),
  )
}

async function ours(
  what: string,
  size: number,
  settings: Partial<ProberSettings>,
): Promise<Contender | undefined> {
  const { prober, slots, take } = await openBenchProber(addresses(size), settings)
  await prober.probe(slots.slice(0, 1))
  const kind = settings.icmp === 'off' ? 'http' : 'icmp'
  const permitted = take().every(found => found.kind !== kind || found.outcome.kind === 'reply')
  if (!permitted) return void (await prober.close())
  return {
    what,
    async round() {
      const before = process.cpuUsage()
      await prober.probe(slots)
      const us = totalUs(process.cpuUsage(before))
      const replies = take().filter(({ outcome }) => outcome.kind === 'reply')
      return { allUs: us, toolUs: us, lost: size - replies.length }
    },
    close: () => prober.close(),
  }
}

const fping = (size: number): Contender =>
  tool('fping', size, 1, ['fping', '-i', '0', '-C', '1', '-q', '-r', '0', '-t', '1000'], text => {
    const answered = [...text.matchAll(/^127\.60\.\S+ +: ([\d.]+)$/gm)]
    return answered.filter(([, rtt]) => Number.isFinite(Number(rtt))).length
  })

/** A process for each of a few addresses, told as if for `size` of them. */
const pings = (few: number, size: number): Contender =>
  tool(
    'ping',
    few,
    size / few,
    ['xargs', '-n', '1', 'ping', '-n', '-q', '-c', '1', '-W', '1'],
    text => [...text.matchAll(/ 1 received/g)].length,
  )

/** A tool that reads addresses, started and read as a prober would have to. */
function tool(
  what: string,
  size: number,
  times: number,
  [program = '', ...args]: readonly string[],
  countReplies: (text: string) => number,
): Contender {
  const input = `${addresses(size).join('\n')}\n`
  return {
    what,
    async round() {
      const before = process.cpuUsage()
      const childrenBefore = childrenUs()
      const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
      child.stdin.end(input)
      const ended = once(child, 'close')
      const texts = [child.stdout, child.stderr].map(s => s.setEncoding('utf8').toArray())
      const replies = countReplies((await Promise.all(texts)).flat().join(''))
      await ended
      const toolUs = (childrenUs() - childrenBefore) * times
      const own = totalUs(process.cpuUsage(before)) * times
      return { allUs: own + toolUs, toolUs, lost: size - replies }
    },
    close: async () => {},
  }
}

if (isMain(import.meta.url)) {
  const [, , first, size] = process.argv
  if (first === 'inside') console.log(JSON.stringify(await measure(Number(size))))
  else print(await benchProbes())
}
