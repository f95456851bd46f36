// What the built daemon costs, as `cilium-health -d` with its health API and its responder: CPU per
// address, memory, and whether it grows. `--minutes N`: for how long growth is watched.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { programPath, start } from '../test/support/program.ts'
import {
  addresses,
  type Bench,
  cpuMs,
  isMain,
  median,
  openLab,
  print,
  type Row,
  round,
  rssMb,
} from './lab.ts'

const command = 'node bench/daemon.ts'
const seconds = 15

interface Load {
  readonly addresses: number
  readonly perSecond: number
  readonly target: string
}

/** Cilium's own figures are of these two. */
const loads: readonly Load[] = [
  { addresses: 2000, perSecond: 260, target: '<= 0.15' },
  { addresses: 2000, perSecond: 26, target: '<= 0.35' },
]

/** Each address every 10 s: what one costs should not rise with their number. */
const sizes: readonly Load[] = [10, 100, 1000, 10_000].map(count => ({
  addresses: count,
  perSecond: count / 10,
  target: 'flat or falling',
}))

interface Cost {
  readonly cpuMs: number
  readonly begun: number
  readonly rssMb: number
  readonly growthMb: number
}

export async function benchDaemon(minutes = 1): Promise<Bench> {
  if (!existsSync(programPath)) return { rows: [], skipped: ['daemon: needs `npm run build`'] }
  const lab = openLab()
  const within = typeof lab === 'string' ? [] : lab.inside(lab.here)
  const rows: Row[] = []
  try {
    for (const [index, load] of loads.entries()) {
      const cost = await measure(load, within, index === 0 ? minutes : 0)
      rows.push(...rowsOf(load, cost))
      if (index === 0) rows.push(growthOf(load, cost, minutes))
    }
    rows.push(...(await measureSizes(within)))
  } finally {
    if (typeof lab !== 'string') lab.close()
  }
  return { rows, skipped: typeof lab === 'string' ? [`namespaces: ${lab}`] : [] }
}

async function measureSizes(within: readonly string[]): Promise<Row[]> {
  const rows: Row[] = []
  const rssMb: number[] = []
  for (const load of sizes) {
    const cost = await measure(load, within, 0)
    rows.push(...rowsOf(load, cost))
    rssMb.push(cost.rssMb)
  }
  for (let index = 1; index < sizes.length; index += 1) {
    const [few, many] = [sizes[index - 1]?.addresses ?? 0, sizes[index]?.addresses ?? 0]
    const moreMb = (rssMb[index] ?? 0) - (rssMb[index - 1] ?? 0)
    rows.push({
      figure: `${few} to ${many} addresses: RSS an address more, KB`,
      ours: round((moreMb * 1024) / (many - few), 1),
      target: 'flat or falling',
      command,
    })
  }
  return rows
}

const nameOf = (load: Load) => `${load.addresses} addresses, ${load.perSecond} a second`

function rowsOf(load: Load, { cpuMs, begun, rssMb }: Cost): Row[] {
  const rows = [
    ['CPU ms an address (ICMP and HTTP)', round(cpuMs / begun, 3), load.target],
    ['CPU, % of a core', round(cpuMs / seconds / 10, 2), 'told'],
    ['RSS of the process, MB', round(rssMb, 0), load.addresses === 2000 ? '<= 110' : 'told'],
  ] as const
  return rows.map(([what, ours, target]) => ({
    figure: `${nameOf(load)}: ${what}`,
    ours,
    target,
    command,
  }))
}

const growthOf = (load: Load, { growthMb }: Cost, minutes: number): Row => ({
  figure: `${nameOf(load)}: growth in ${minutes} min, MB`,
  ours: round(growthMb, 1),
  target: '0',
  command: `${command} --minutes ${minutes}`,
})

/** The responders that it probes are a process of their own. */
async function measure(load: Load, within: readonly string[], minutes: number): Promise<Cost> {
  const [launcher = process.execPath, ...before] = [...within, process.execPath]
  const responders = fork(new URL('./responders.ts', import.meta.url), [String(load.addresses)], {
    execPath: launcher,
    execArgv: before,
  })
  const [port] = await once(responders, 'message')
  const folder = mkdtempSync(join(tmpdir(), 'cilium-health-bench-'))
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  const daemon = start(flagsOf(load, Number(port), folder), { within })
  const endEarly = () => {
    daemon.child.kill()
    removeFolder()
  }
  process.once('exit', endEarly)
  try {
    await daemon.stderrMatches(/msg=probing/)
    const pid = daemon.child.pid ?? 0
    // All are probed at once at first, then rest for half an interval; from there turns are spread.
    await pause((load.addresses / load.perSecond) * 550 + 5000)
    return await watch(pid, minutes)
  } finally {
    await daemon.stop()
    responders.disconnect()
    await once(responders, 'exit')
    process.off('exit', endEarly)
    removeFolder()
  }
}

function flagsOf(load: Load, port: number, folder: string): readonly string[] {
  const ips = addresses(load.addresses)
  const nodes = Array.from({ length: load.addresses / 2 }, (_, index) => {
    const [host, endpoint] = ips.slice(2 * index)
    return { name: `node-${index}`, host, endpoint }
  })
  const file = join(folder, 'nodes.json')
  writeFileSync(file, JSON.stringify(nodes))
  return [
    ...['--daemon', '--nodes', file, '--socket', join(folder, 'health.sock')],
    ...['--port', String(port), '--listen-address', '127.0.0.1'],
    ...['--interval', `${round(load.addresses / load.perSecond, 3)}s`],
    ...['--max-probes-per-second', '5000'],
  ]
}

async function watch(pid: number, minutes: number): Promise<Cost> {
  const before = { cpuMs: cpuMs(pid), begun: echoRequests(pid) }
  await pause(seconds * 1000)
  const cost = { cpuMs: cpuMs(pid) - before.cpuMs, begun: echoRequests(pid) - before.begun }
  const rssMbs = await sample(() => rssMb(pid), 10)
  const later = await sample(() => rssMb(pid), minutes * 60)
  const growthMb = minutes > 0 ? median(later.slice(-10)) - median(rssMbs) : 0
  return { ...cost, rssMb: median(rssMbs), growthMb }
}

async function sample(read: () => number, times: number): Promise<number[]> {
  const values: number[] = []
  for (let time = 0; time < times; time += 1) {
    await pause(1000)
    values.push(read())
  }
  return values
}

/** Echo requests sent from the process's network namespace, by the kernel's count: one an address. */
function echoRequests(pid: number): number {
  const lines = readFileSync(`/proc/${pid}/net/snmp`, 'utf8').split('\n')
  const [names = [], values = []] = lines
    .filter(line => line.startsWith('Icmp:'))
    .map(line => line.split(' '))
  return Number(values[names.indexOf('OutEchos')])
}

const pause = (ms: number) => new Promise(done => setTimeout(done, ms))

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '1' }, json: { type: 'boolean' } },
  })
  print(await benchDaemon(Number(values.minutes)))
}
