// Whether a burst at far peers loses replies: 4000 addresses, each 5 ms away, all at once; ours and
// fping's: as root, without any rights, and with the socket buffer that most hosts grant everybody.
import { spawnSync } from 'node:child_process'
import {
  addresses,
  type Bench,
  inside,
  isMain,
  missing,
  openBenchProber,
  openLab,
  print,
  type Row,
  startDelay,
  stop,
} from './lab.ts'

const size = 4000
const rounds = 5
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

/** The usual `net.core.rmem_max`, 208 KiB; the kernel doubles what is asked for. */
const usualBufferBytes = 212_992

const cases = {
  'as root': { as: [], bufferBytes: undefined, fping: true },
  'as nobody': { as: nobody, bufferBytes: undefined, fping: false },
  'as nobody, buffer of 208 KiB': { as: nobody, bufferBytes: usualBufferBytes, fping: false },
} as const

type Case = keyof typeof cases

interface Losses {
  readonly timeouts: number
  readonly ownFault: number
  readonly drops: number
  readonly fping?: number
}

export async function benchLoss(): Promise<Bench> {
  const lab = openLab()
  if (typeof lab === 'string') return { rows: [], skipped: [`losses: namespaces: ${lab}`] }
  try {
    const delay = await startDelay(lab)
    if (typeof delay === 'string') return { rows: [], skipped: [`losses: ${delay}`] }
    const rows: Row[] = []
    for (const [name, { as }] of Object.entries(cases)) {
      const within = [...lab.inside(lab.here), ...as]
      rows.push(rowOf(name, await inside<Losses>(within, import.meta.filename, name)))
    }
    await stop(delay)
    return { rows, skipped: missing('fping') ? ['fping is not installed'] : [] }
  } finally {
    lab.close()
  }
}

const rowOf = (name: string, { timeouts, ownFault, drops, fping }: Losses): Row => ({
  figure: `lost of ${size} × ${rounds}, 5 ms away, ${name} (${drops} replies dropped here, asked for again)`,
  ours: timeouts + ownFault,
  ...(fping === undefined ? {} : { peer: fping }),
  target: '0',
  command: 'node bench/loss.ts',
})

async function measure({ bufferBytes, fping: beside }: (typeof cases)[Case]): Promise<Losses> {
  const ips = addresses(size, '10.97')
  const { prober, slots, take, state } = await openBenchProber(ips, {
    http: 'off',
    ...(bufferBytes ? { icmpBufferBytes: bufferBytes } : {}),
  })
  for (let round = 0; round < rounds; round += 1) await prober.probe(slots)
  const found = take().filter(({ kind }) => kind === 'icmp')
  await new Promise(done => setTimeout(done, 1500)) // until the state tells of the end
  await prober.close()
  const count = (reason: string) =>
    found.filter(({ outcome }) => outcome.kind === 'failure' && outcome.reason === reason).length
  const losses = {
    timeouts: count('timeout'),
    ownFault: count('no-resources'),
    drops: state()?.drops ?? 0,
  }
  return beside && !missing('fping') ? { ...losses, fping: fping(ips) } : losses
}

function fping(ips: readonly string[]): number {
  let lost = 0
  for (let round = 0; round < rounds; round += 1) {
    const args = ['-i', '0', '-C', '1', '-q', '-r', '0', '-t', '1000']
    const { stderr } = spawnSync('fping', args, { input: ips.join('\n'), encoding: 'utf8' })
    lost += [...stderr.matchAll(/ : -$/gm)].length
  }
  return lost
}

if (isMain(import.meta.url)) {
  const [, , first, name] = process.argv
  if (first === 'inside') console.log(JSON.stringify(await measure(cases[name as Case])))
  else print(await benchLoss())
}
