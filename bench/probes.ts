// What a round of probes costs: ours, fping's, ping's and undici's, on loopback, in one run.
// CPU is of whole processes with their children; the HTTP responders are a process of their own.
import { execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import type { IpAddress } from '../src/core/model/node.ts'
import { openProber, type ProberSettings } from '../src/probes/index.ts'

export interface ProbeCost {
  readonly what: string
  readonly targets: number
  readonly wallMs: number
  readonly cpuUsPerProbe: number
  readonly rssMb: number
  /** Probes without a reply, over all repeats. */
  readonly lost: number
}

export interface ProbeBench {
  readonly costs: readonly ProbeCost[]
  readonly ratios: Readonly<Record<string, number>>
  readonly skipped: readonly string[]
}

interface Round {
  readonly wallMs: number
  readonly cpuUs: number
  readonly lost: number
}

interface Contender {
  readonly what: string
  readonly targets: number
  round(): Promise<Round>
  close(): Promise<void>
}

let port = 0
const repeats = 5

const addresses = (count: number) =>
  Array.from({ length: count }, (_, n) => `127.60.${Math.floor(n / 250)}.${1 + (n % 250)}`)

/** Runs all contenders round about, five times, and gives their medians. */
export async function benchProbes(sizes: readonly number[] = [1000, 4000]): Promise<ProbeBench> {
  const skipped: string[] = []
  const program = new URL('./responders.ts', import.meta.url)
  const responders = fork(program, [String(Math.max(...sizes))])
  const failed = once(responders, 'exit').then(() => Promise.reject(new Error('no responders')))
  failed.catch(() => {}) // their end, later on, is expected
  const [said] = await Promise.race([once(responders, 'message'), failed])
  port = Number(said)
  const costs: ProbeCost[] = []
  for (const targets of sizes) {
    const contenders = [
      await ours('ICMP, this prober', targets, { http: 'off' }),
      await ours('HTTP, this prober', targets, { icmp: 'off' }),
      await ours('HTTP, node sockets', targets, { icmp: 'off', http: 'socket' }),
      await ours('HTTP, undici', targets, { icmp: 'off', http: 'undici' }),
      ...(installed('fping') ? [fping(targets)] : []),
      ...(installed('ping') ? [ping(50)] : []),
    ]
    costs.push(...(await compare(contenders)))
  }
  for (const tool of ['fping', 'ping'])
    if (!installed(tool)) skipped.push(`${tool} is not installed`)
  responders.disconnect()
  await once(responders, 'exit')
  return { costs, ratios: ratiosOf(costs, sizes), skipped }
}

async function compare(contenders: readonly Contender[]): Promise<ProbeCost[]> {
  const rounds = contenders.map((): Round[] => [])
  for (const contender of contenders) await contender.round() // warm
  for (let repeat = 0; repeat < repeats; repeat += 1)
    for (const [index, contender] of contenders.entries())
      rounds[index]?.push(await contender.round())
  const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20)
  for (const contender of contenders) await contender.close()
  return contenders.map(({ what, targets }, index) => {
    const all = rounds[index] ?? []
    return {
      what,
      targets,
      wallMs: median(all.map(round => round.wallMs)),
      cpuUsPerProbe: median(all.map(round => round.cpuUs)) / targets,
      rssMb,
      lost: all.reduce((sum, round) => sum + round.lost, 0),
    }
  })
}

async function ours(
  what: string,
  count: number,
  settings: Partial<ProberSettings>,
): Promise<Contender> {
  let replies = 0
  const all = { icmp: 'auto', http: 'auto', ...settings } as const
  const limits = { httpPort: port, timeoutMs: 5000, maxProbesPerSecond: 1e6 }
  const prober = await openProber({ ...limits, ...all })({
    findings: batch => {
      for (const { outcome } of batch) if (outcome.kind === 'reply') replies += 1
    },
    state: () => {},
    failed: reason => {
      throw new Error(reason)
    },
  })
  const targets = addresses(count).map((ip, slot) => ({ slot, ip: ip as IpAddress }))
  const slots = targets.map(({ slot }) => slot)
  prober.follow({ targets, intervalMs: 0 })
  return {
    what,
    targets: count,
    async round() {
      replies = 0
      const before = process.cpuUsage()
      const beganMs = performance.now()
      await prober.probe(slots)
      const wallMs = performance.now() - beganMs
      return { wallMs, cpuUs: total(process.cpuUsage(before)), lost: count - replies }
    },
    close: () => prober.close(),
  }
}

const fping = (count: number): Contender =>
  tool('fping -i 0', count, 'fping -i 0 -C 1 -q -r 0 -t 1000', text => {
    const answered = [...text.matchAll(/^127\.60\.\S+ +: ([\d.]+)$/gm)]
    return answered.filter(([, rtt]) => Number.isFinite(Number(rtt))).length
  })

const ping = (count: number): Contender =>
  tool(
    'ping, a process each',
    count,
    'xargs -n 1 ping -n -q -c 1 -W 1',
    text => [...text.matchAll(/ 1 received/g)].length,
  )

/** A tool that reads addresses, started as a prober would: its CPU and ours for running it. */
function tool(
  what: string,
  targets: number,
  command: string,
  countReplies: (text: string) => number,
): Contender {
  const script = `${command} 2>&1; times`
  const input = addresses(targets).join('\n')
  return {
    what,
    targets,
    async round() {
      const before = process.cpuUsage()
      const beganMs = performance.now()
      const child = spawn('bash', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
      child.stdin.end(`${input}\n`)
      const text = (await child.stdout.setEncoding('utf8').toArray()).join('')
      const replies = countReplies(text)
      const wallMs = performance.now() - beganMs
      const own = total(process.cpuUsage(before))
      return { wallMs, cpuUs: own + childUs(text), lost: targets - replies }
    },
    close: async () => {},
  }
}

/** The last line of bash's `times`: user and system time of its children. */
function childUs(text: string): number {
  const [user = '', system = ''] = text.trim().split('\n').at(-1)?.split(' ') ?? []
  const us = (time: string) => {
    const [minutes = '0', seconds = '0'] = time.replace('s', '').split('m')
    return (Number(minutes) * 60 + Number(seconds)) * 1e6
  }
  return us(user) + us(system)
}

function ratiosOf(costs: readonly ProbeCost[], sizes: readonly number[]): Record<string, number> {
  const cpu = (what: string, targets: number) =>
    costs.find(cost => cost.what === what && cost.targets === targets)?.cpuUsPerProbe ?? Number.NaN
  return Object.fromEntries(
    sizes.flatMap(targets => [
      [`icmp:fping ${targets}`, cpu('ICMP, this prober', targets) / cpu('fping -i 0', targets)],
      [`http:undici ${targets}`, cpu('HTTP, this prober', targets) / cpu('HTTP, undici', targets)],
    ]),
  )
}

const total = ({ user, system }: NodeJS.CpuUsage) => user + system
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

function installed(command: string): boolean {
  try {
    execFileSync('which', [command], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function print({ costs, ratios, skipped }: ProbeBench): void {
  for (const { what, targets, wallMs, cpuUsPerProbe, rssMb, lost } of costs)
    console.log(
      `${what.padEnd(22)} ${String(targets).padStart(5)} targets  ${wallMs.toFixed(1).padStart(8)} ms` +
        `  ${cpuUsPerProbe.toFixed(1).padStart(8)} µs CPU/probe  ${rssMb} MB  ${lost} lost`,
    )
  for (const [name, ratio] of Object.entries(ratios)) console.log(`${name}  ${ratio.toFixed(2)}`)
  for (const why of skipped) console.log(`skipped: ${why}`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = await benchProbes()
  if (process.argv.includes('--json')) console.log(JSON.stringify(result))
  else print(result)
}
