// What the screen costs: a real terminal (a pty and an emulator), 5,000 nodes, 50 rows of 200 columns.
// `npm run bench:ui [-- --minutes 10 --json]`: with minutes, how much it grows in that time.
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compile, openTerminal, type Terminal } from '../test/support/terminal.ts'
import type { ScreenSettings } from './fixtures/screen.ts'
import { type Bench, cpuMs, isMain, percentile, print, type Row, round, rssMb } from './lab.ts'

const command = 'node bench/ui.ts'
const size = { columns: 200, rows: 50 }
const fixture = fileURLToPath(new URL('fixtures/screen.ts', import.meta.url))
const packageFile = fileURLToPath(new URL('../package.json', import.meta.url))
const base: ScreenSettings = { nodes: 5000, samples: 120, everyMs: 1000, fastWidth: true }
const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/**
 * Measures for about a minute, and the growth for as many more as asked for; nothing else should run
 * meanwhile.
 */
export async function benchUi(minutes = 0, measureMs = 8000): Promise<Bench> {
  const compiled = compile()
  const run = (settings: Partial<ScreenSettings>, spans?: Spans) =>
    measured(join(compiled.folder, 'src/ui/top'), { ...base, ...settings }, { measureMs, ...spans })
  try {
    const slow = await run({})
    const quick = await run({ everyMs: 250 })
    const stock = await run({ fastWidth: false })
    const rows = [
      row('every visible row changing at 1 Hz: CPU, % of a core', slow.cpuPercent, '<= 10'),
      row('every visible row changing at 4 Hz: CPU, % of a core', quick.cpuPercent, '<= 27'),
      row('1 Hz with the usual string-width: CPU, % of a core', stock.cpuPercent, 'told'),
      row('key to screen p50, ms', percentile(slow.keysMs, 0.5), '<= 30'),
      row('key to screen p99, ms', percentile(slow.keysMs, 0.99), '<= 110'),
      ...(await programFigures(compiled.folder, measureMs)),
      row('RSS, 4 x 120 samples a node, MB', slow.rssMb, '<= 200'),
      ...(minutes > 0 ? [await growthFigure(minutes, run)] : []),
      row('a frame at 1 Hz, kB', slow.bytesPerSecond / 1000, 'told'),
    ]
    return { rows, skipped: [] }
  } finally {
    compiled.remove()
  }
}

const row = (figure: string, ours: number, target: string): Row => ({
  figure,
  ours: round(ours, 1),
  target,
  command,
})

async function growthFigure(
  minutes: number,
  run: (settings: Partial<ScreenSettings>, spans: Spans) => Promise<Measured>,
): Promise<Row> {
  const spans = { warmMs: 60_000, measureMs: minutes * 60_000 }
  const { growthMb } = await run({ everyMs: 250 }, spans)
  return row(`growth in ${minutes} minutes at 4 Hz, after the first one, MB`, growthMb, '0')
}

interface Spans {
  /** Until its memory has the size that it keeps. */
  readonly warmMs?: number
  readonly measureMs: number
}

interface Measured {
  readonly cpuPercent: number
  readonly keysMs: readonly number[]
  readonly rssMb: number
  readonly growthMb: number
  readonly bytesPerSecond: number
}

async function measured(
  folder: string,
  settings: ScreenSettings,
  { warmMs = 3000, measureMs }: Spans,
): Promise<Measured> {
  const args = [fixture, folder, JSON.stringify(settings)]
  const terminal = openTerminal(process.execPath, args, size)
  try {
    await terminal.shows('reachable', 60_000)
    await sleep(warmMs)
    const beganMb = rssMb(terminal.pid)
    const beganMs = performance.now()
    const beganCpuMs = cpuMs(terminal.pid)
    const bytesBefore = terminal.bytes().length
    await sleep(measureMs)
    const tookMs = performance.now() - beganMs
    const cpuPercent = (100 * (cpuMs(terminal.pid) - beganCpuMs)) / tookMs
    const bytesPerSecond = (1000 * (terminal.bytes().length - bytesBefore)) / tookMs
    const keysMs = await keyTimes(terminal, 100)
    const endedMb = rssMb(terminal.pid)
    return { cpuPercent, keysMs, rssMb: endedMb, growthMb: endedMb - beganMb, bytesPerSecond }
  } finally {
    terminal.close()
  }
}

/** The program itself, as `top --demo`: real probes of eight nodes. Started often enough to be warm. */
async function programFigures(folder: string, measureMs: number): Promise<readonly Row[]> {
  copyFileSync(packageFile, join(folder, 'package.json'))
  const args = [join(folder, 'bin/cilium-health.js'), 'top', '--demo', '--interval', '1s']
  const starts = []
  for (let turn = 0; turn < 5; turn += 1) starts.push(await startOf(args))
  const [, , { frameMs, usefulMs, firstCpuMs }] = starts.sort((a, b) => a.frameMs - b.frameMs) as [
    Start,
    Start,
    Start,
  ]
  const terminal = openTerminal(process.execPath, args, { ...size, env: { LANG: 'C.UTF-8' } })
  await terminal.shows(settled)
  await sleep(3000)
  const beganCpuMs = cpuMs(terminal.pid)
  await sleep(measureMs)
  const idlePercent = (100 * (cpuMs(terminal.pid) - beganCpuMs)) / measureMs
  terminal.close()
  return [
    row('top --demo: first frame, ms', frameMs, '<= 500'),
    row('top --demo: CPU until then, all threads, ms', firstCpuMs, 'told'),
    row('top --demo: first results, ms', usefulMs, 'told'),
    row('top --demo: 8 nodes at 1 s, probes included: CPU, % of a core', idlePercent, '<= 5'),
  ]
}

interface Start {
  readonly frameMs: number
  readonly usefulMs: number
  readonly firstCpuMs: number
}

const settled = /demo-2 +OK/

async function startOf(args: readonly string[]): Promise<Start> {
  const beganMs = performance.now()
  const terminal = openTerminal(process.execPath, args, { ...size, env: { LANG: 'C.UTF-8' } })
  await terminal.shows('cilium-health top')
  const frameMs = performance.now() - beganMs
  const firstCpuMs = cpuMs(terminal.pid)
  await terminal.shows(settled)
  const usefulMs = performance.now() - beganMs
  terminal.type('q')
  // Leaving by itself, it writes the compile cache.
  await terminal.ended
  terminal.close()
  return { frameMs, usefulMs, firstCpuMs }
}

/** From a key's byte to the frame that shows the next place in the status line; eight keys a second. */
async function keyTimes(terminal: Terminal, count: number): Promise<number[]> {
  const tookMs: number[] = []
  let place = 1
  for (let key = 0; key < count; key += 1) {
    await sleep(90 + 60 * Math.random())
    const beganMs = performance.now()
    const down = key % 40 < 20
    place += down ? 1 : -1
    terminal.type(down ? 'j' : 'k')
    await terminal.shows(` ${place}/5000`)
    tookMs.push(performance.now() - beganMs)
  }
  return tookMs
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '0' }, json: { type: 'boolean' } },
  })
  print(await benchUi(Number(values.minutes)))
}
