// What the screen costs: a real terminal (a pty and an emulator), 5,000 nodes, 50 rows of 200 columns.
// `npm run bench:ui [-- --minutes 10 --json]`: with minutes, how much it grows in that time.
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { compile, openTerminal, type Terminal } from '../test/support/terminal.ts'
import type { ScreenSettings } from './fixtures/screen.ts'

export interface UiFigure {
  readonly figure: string
  readonly value: string
  readonly target: string
  readonly command: string
}

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
export async function benchUi(minutes = 0, measureMs = 8000): Promise<readonly UiFigure[]> {
  const compiled = compile()
  const run = (settings: Partial<ScreenSettings>, forMs = measureMs) =>
    measured(join(compiled.folder, 'src/ui/top'), { ...base, ...settings }, forMs)
  try {
    const slow = await run({})
    const quick = await run({ everyMs: 250 })
    const stock = await run({ fastWidth: false })
    return [
      row('CPU, every visible row changing at 1 Hz', percent(slow.cpu), '<= 10 %'),
      row('CPU, every visible row changing at 4 Hz', percent(quick.cpu), '<= 27 %'),
      row('CPU at 1 Hz with the usual string-width', percent(stock.cpu), '(to compare)'),
      row('key to screen, p50', `${slow.keys.p50.toFixed(0)} ms`, '<= 30 ms'),
      row('key to screen, p99', `${slow.keys.p99.toFixed(0)} ms`, '<= 110 ms'),
      ...(await programFigures(compiled.folder, measureMs)),
      row('RSS, 4 x 120 samples a node', `${slow.rssMb.toFixed(0)} MB`, '<= 200 MB'),
      row('growth while measured', growth(slow), '<= 20 MB'),
      ...(minutes > 0 ? [await growthFigure(minutes, run)] : []),
      row('bytes a frame at 1 Hz', `${(slow.bytesPerSecond / 1000).toFixed(1)} kB`, '(to compare)'),
    ]
  } finally {
    compiled.remove()
  }
}

const row = (figure: string, value: string, target: string): UiFigure => ({
  figure,
  value,
  target,
  command,
})
const growth = ({ rssMb, rssBeforeMb }: Measured) => `${(rssMb - rssBeforeMb).toFixed(0)} MB`

async function growthFigure(
  minutes: number,
  run: (settings: Partial<ScreenSettings>, measureMs: number) => Promise<Measured>,
): Promise<UiFigure> {
  const grown = await run({ everyMs: 250 }, minutes * 60_000)
  return row(`growth in ${minutes} minutes at 4 Hz`, growth(grown), '<= 20 MB')
}
const percent = (share: number) => `${(100 * share).toFixed(1)} %`

interface Measured {
  readonly cpu: number
  readonly keys: { readonly p50: number; readonly p99: number }
  readonly rssBeforeMb: number
  readonly rssMb: number
  readonly bytesPerSecond: number
}

async function measured(
  folder: string,
  settings: ScreenSettings,
  measureMs: number,
): Promise<Measured> {
  const args = [fixture, folder, JSON.stringify(settings)]
  const terminal = openTerminal(process.execPath, args, size)
  try {
    await terminal.shows('reachable', 60_000)
    await sleep(3000)
    const rssBeforeMb = rssMb(terminal.pid)
    const beganMs = performance.now()
    const cpuBefore = cpuSeconds(terminal.pid)
    const bytesBefore = terminal.bytes().length
    await sleep(measureMs)
    const seconds = (performance.now() - beganMs) / 1000
    const cpu = (cpuSeconds(terminal.pid) - cpuBefore) / seconds
    const bytesPerSecond = (terminal.bytes().length - bytesBefore) / seconds
    const keys = await keyTimes(terminal, 100)
    return { cpu, keys, rssBeforeMb, rssMb: rssMb(terminal.pid), bytesPerSecond }
  } finally {
    terminal.close()
  }
}

/** The program itself, as `top --demo`: real probes of eight nodes. Started often enough to be warm. */
async function programFigures(folder: string, measureMs: number): Promise<readonly UiFigure[]> {
  copyFileSync(packageFile, join(folder, 'package.json'))
  const args = [join(folder, 'bin/cilium-health.js'), 'top', '--demo', '--interval', '1s']
  const starts = []
  for (let turn = 0; turn < 5; turn += 1) starts.push(await startOf(args))
  const [, , { frameMs, usefulMs, cpuMs }] = starts.sort((a, b) => a.frameMs - b.frameMs) as [
    Start,
    Start,
    Start,
  ]
  const terminal = openTerminal(process.execPath, args, { ...size, env: { LANG: 'C.UTF-8' } })
  await terminal.shows(settled)
  await sleep(3000)
  const before = cpuSeconds(terminal.pid)
  await sleep(measureMs)
  const idle = (cpuSeconds(terminal.pid) - before) / (measureMs / 1000)
  terminal.close()
  return [
    row('top --demo: first frame', `${frameMs.toFixed(0)} ms`, '<= 500 ms'),
    row('top --demo: CPU until then, all threads', `${cpuMs.toFixed(0)} ms`, '(to compare)'),
    row('top --demo: first results', `${usefulMs.toFixed(0)} ms`, '(to compare)'),
    row('top --demo: CPU, 8 nodes at 1 s, probes included', percent(idle), '<= 5 %'),
  ]
}

interface Start {
  readonly frameMs: number
  readonly usefulMs: number
  readonly cpuMs: number
}

const settled = /demo-2 +OK/

async function startOf(args: readonly string[]): Promise<Start> {
  const beganMs = performance.now()
  const terminal = openTerminal(process.execPath, args, { ...size, env: { LANG: 'C.UTF-8' } })
  await terminal.shows('cilium-health top')
  const frameMs = performance.now() - beganMs
  const cpuMs = 1000 * cpuSeconds(terminal.pid)
  await terminal.shows(settled)
  const usefulMs = performance.now() - beganMs
  terminal.type('q')
  // Leaving by itself, it writes the compile cache.
  await terminal.ended
  terminal.close()
  return { frameMs, usefulMs, cpuMs }
}

/** From a key's byte to the frame that shows the next place in the status line; eight keys a second. */
async function keyTimes(terminal: Terminal, count: number) {
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
  tookMs.sort((a, b) => a - b)
  const rank = (share: number) => tookMs[Math.ceil(share * tookMs.length) - 1] ?? Number.NaN
  return { p50: rank(0.5), p99: rank(0.99) }
}

/** User and system time of a process: fields 14 and 15 of its stat, in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '0' }, json: { type: 'boolean' } },
  })
  const figures = await benchUi(Number(values.minutes))
  if (values.json) console.log(JSON.stringify(figures))
  else {
    for (const { figure, value, target } of figures) {
      console.log(`${figure.padEnd(44)} ${value.padStart(10)}   target ${target}`)
    }
  }
}
