// What the prober costs a daemon: CPU per address, memory, and the worker's idle hum. The HTTP
// responders are a process of their own.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  addresses,
  type Bench,
  inside,
  isMain,
  openBenchProber,
  openLab,
  print,
  type Row,
  round,
  totalUs,
} from './lab.ts'

const command = 'node bench/daemon.ts'
const seconds = 15

interface Load {
  readonly addresses: number
  readonly perSecond: number
  readonly target: string
}

const loads: readonly Load[] = [
  { addresses: 2000, perSecond: 260, target: '<= 0.15' },
  { addresses: 2000, perSecond: 26, target: '<= 0.35' },
  { addresses: 8, perSecond: 8, target: 'told' },
]

interface Cost {
  readonly cpuMs: number
  readonly begun: number
  readonly rssMb: number
}

export async function benchDaemon(): Promise<Bench> {
  const lab = openLab()
  const within = typeof lab === 'string' ? [] : lab.inside(lab.here)
  const rows: Row[] = []
  try {
    for (const load of loads) {
      const args = [String(load.addresses), String(load.perSecond)]
      rows.push(...rowsOf(load, await inside<Cost>(within, import.meta.filename, ...args)))
    }
  } finally {
    if (typeof lab !== 'string') lab.close()
  }
  return { rows, skipped: typeof lab === 'string' ? [`namespaces: ${lab}`] : [] }
}

function rowsOf(load: Load, { cpuMs, begun, rssMb }: Cost): Row[] {
  const what = `${load.addresses} addresses, ${load.perSecond} a second`
  return [
    {
      figure: `${what}: CPU ms an address (ICMP and HTTP)`,
      ours: round(cpuMs / begun, 3),
      target: load.target,
      command,
    },
    {
      figure: `${what}: CPU, % of a core`,
      ours: round(cpuMs / seconds / 10, 2),
      target: 'told',
      command,
    },
    { figure: `${what}: RSS of the process, MB`, ours: round(rssMb, 0), target: 'told', command },
  ]
}

async function measure(count: number, perSecond: number): Promise<Cost> {
  const responders = fork(new URL('./responders.ts', import.meta.url), [String(count)])
  const [port] = await once(responders, 'message')
  const intervalMs = (count / perSecond) * 1000
  const { take, prober } = await openBenchProber(
    addresses(count),
    { httpPort: Number(port), maxProbesPerSecond: 2000 },
    intervalMs,
  )
  // All are probed at once at first, then rest for half an interval; from there turns are spread.
  await pause(intervalMs * 0.55 + 3000)
  take()
  const before = process.cpuUsage()
  await pause(seconds * 1000)
  const cpuMs = totalUs(process.cpuUsage(before)) / 1000
  const begun = take().length / 2
  const rssMb = process.memoryUsage.rss() / 2 ** 20
  await prober.close()
  responders.disconnect()
  await once(responders, 'exit')
  return { cpuMs, begun, rssMb }
}

const pause = (ms: number) => new Promise(done => setTimeout(done, ms))

if (isMain(import.meta.url)) {
  const [, , first, count, perSecond] = process.argv
  if (first === 'inside')
    console.log(JSON.stringify(await measure(Number(count), Number(perSecond))))
  else print(await benchDaemon())
}
