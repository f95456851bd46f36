// What the benches share: rows, statistics, namespaces, CPU and memory of processes.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import koffi from 'koffi'
import type { IpAddress } from '../src/core/model/node.ts'
import type { Finding, Prober, ProberState } from '../src/core/model/prober.ts'
import { openProber, type ProberSettings } from '../src/probes/index.ts'
import { noNamespaces, twoNamespaces } from '../test/support/namespaces.ts'

/** One figure. `ratio` is ours to the peer's. */
export interface Row {
  readonly figure: string
  readonly ours: number
  readonly peer?: number
  readonly ratio?: number
  readonly target: string
  readonly command: string
}

export interface Bench {
  readonly rows: readonly Row[]
  /** What was not measured, and why. */
  readonly skipped: readonly string[]
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits))

export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

export const totalUs = ({ user, system }: NodeJS.CpuUsage): number => user + system

/** `count` addresses below a prefix of two numbers: `127.60`. */
export const addresses = (count: number, prefix = '127.60'): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}.${Math.floor(n / 250)}.${1 + (n % 250)}`)

const getrusage = koffi.load(null).func('getrusage', 'int', ['int', 'void *'])
const ofChildren = -1

/** CPU time of all children that ended so far, microseconds. */
export function childrenUs(): number {
  const usage = Buffer.alloc(1024)
  getrusage(ofChildren, usage)
  const us = (at: number) => Number(usage.readBigInt64LE(at)) * 1e6 + usage.readUInt32LE(at + 8)
  return us(0) + us(16)
}

/** CPU time of all threads of a process, which the scheduler counts by the nanosecond. */
export function cpuMs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const nsOf = (task: string) => readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8')
  return tasks.reduce((sum, task) => sum + Number.parseInt(nsOf(task), 10), 0) / 1e6
}

export const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

export function missing(command: string): boolean {
  try {
    execFileSync('which', [command], { stdio: 'ignore' })
    return false
  } catch {
    return true
  }
}

/** Runs `program inside ...args` in a namespace, and reads the JSON that it prints. */
export async function inside<Result>(
  within: readonly string[],
  program: string,
  ...args: readonly string[]
): Promise<Result> {
  const [command = '', ...rest] = [...within, process.execPath, program, 'inside']
  const limits = { timeout: 180_000, maxBuffer: 64 << 20 }
  const { stdout } = await promisify(execFile)(command, [...rest, ...args], limits)
  return JSON.parse(stdout)
}

/** Two namespaces where anyone may ping; `there` has all of 10.98.0.0/16. A text: why not. */
export function openLab(): ReturnType<typeof twoNamespaces> | string {
  const why = noNamespaces()
  if (why !== '') return why
  const lab = twoNamespaces()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  const run = (side: { readonly name: string }, command: string) =>
    execFileSync('ip', ['netns', 'exec', side.name, ...command.split(' ')], { stdio: 'pipe' })
  execFileSync('ip', ['netns', 'exec', lab.here.name, 'sysctl', '-qw', openPingRange])
  run(lab.there, 'ip route add local 10.98.0.0/16 dev lo')
  run(lab.here, `ip route add 10.98.0.0/16 via ${lab.there.address}`)
  run(lab.here, `ip route add 10.97.0.0/16 via ${lab.there.address}`)
  run(lab.there, 'ip route add blackhole 10.97.0.0/16')
  return lab
}

/** Starts a program in a namespace, and waits for its first words. */
export async function startInside(within: readonly string[], ...args: readonly string[]) {
  const [command = '', ...rest] = [...within, ...args]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  return child
}

export async function stop(child: ChildProcess | undefined, signal?: NodeJS.Signals) {
  if (child === undefined || child.exitCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

/** Answers pings of 10.97.0.0/16 after 5 ms, from the lab's far side; a text where it cannot. */
export async function startDelay(
  lab: Exclude<ReturnType<typeof openLab>, string>,
): Promise<ChildProcess | string> {
  if (missing('cc')) return 'the responder with a delay needs a C compiler'
  const folder = mkdtempSync(join(tmpdir(), 'cilium-health-bench-'))
  const program = join(folder, 'delay')
  try {
    execFileSync('cc', ['-O2', '-o', program, join(import.meta.dirname, 'delay.c')])
    return await startInside(lab.inside(lab.there), program, lab.there.link, '5', '180')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const openPingRange = 'net.ipv4.ping_group_range=0 2147483647'

/** A prober with these targets, and what it found since the last `take`. */
export async function openBenchProber(
  ips: readonly string[],
  settings: Partial<ProberSettings>,
  intervalMs = 0,
): Promise<{
  readonly prober: Prober
  readonly slots: readonly number[]
  take(): readonly Finding[]
  state(): ProberState | undefined
}> {
  let findings: Finding[] = []
  let state: ProberState | undefined
  const prober = await openProber({
    httpPort: 1,
    timeoutMs: 5000,
    maxProbesPerSecond: 1e6,
    icmp: 'auto',
    icmpCount: 3,
    http: 'auto',
    ...settings,
  })({
    findings: batch => void findings.push(...batch),
    state: told => {
      state = told
    },
    interrupted: reason => {
      throw new Error(reason)
    },
    resumed: () => {},
  })
  const targets = ips.map((ip, slot) => ({ slot, ip: ip as IpAddress }))
  prober.follow({ targets, intervalMs })
  return {
    prober,
    slots: targets.map(({ slot }) => slot),
    state: () => state,
    take() {
      const taken = findings
      findings = []
      return taken
    },
  }
}

export const isMain = (url: string): boolean => url === pathToFileURL(process.argv[1] ?? '').href

/** For people, or with `--json` for programs. */
export function print({ rows, skipped }: Bench): void {
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ rows, skipped }))
    return
  }
  for (const { figure, ours, peer, ratio, target } of rows) {
    const compared = peer === undefined ? '' : `  peer ${peer}  ratio ${ratio ?? '-'}`
    console.log(`${figure.padEnd(64)} ${String(ours).padStart(9)}${compared}  (${target})`)
  }
  for (const why of skipped) console.log(`skipped: ${why}`)
}
