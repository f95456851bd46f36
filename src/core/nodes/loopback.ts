import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import { type IpAddress, type Node, type NodeName, zoneLabel } from '../model/node.ts'
import type { NodeSource } from '../model/source.ts'
import { countOf, unchanging } from './fixed.ts'
import type { Manner, ResponderOrder, ResponderReport, Rhythm } from './loopback-responders.ts'

export interface LoopbackOptions {
  /** 1 to 2,000. */
  readonly nodes: number
  /** The responders' port. Without it 4240, or any other where that is taken. */
  readonly port?: number
  readonly rhythm?: Partial<Rhythm>
}

export const maxLoopbackNodes = 2000
const openTimeoutMs = 20_000

const usualRhythm: Rhythm = {
  // Nothing is slow before ten replies, at one a second.
  slowAfterMs: 12_000,
  slowForMs: 15_000,
  slowByMs: 120,
  slowEveryMs: 55_000,
  flapMinMs: 12_000,
  flapMaxMs: 20_000,
  dropRatio: 1 / 6,
}

/** The demo cluster: real responders on this machine's loopback addresses, some of them at fault. */
export async function openLoopback(
  options: LoopbackOptions,
): Promise<NodeSource & { readonly httpPort: number }> {
  const { nodes: count, port } = options
  if (!Number.isInteger(count) || count < 1 || count > maxLoopbackNodes)
    throw new UserError(`A demo of ${count} nodes cannot be`, `Choose 1 to ${maxLoopbackNodes}.`)
  const members = Array.from({ length: count }, (_, index) => memberOf(index + 1))
  const { httpPort, close } = await startResponders({
    addresses: members.flatMap(member => member.responders),
    rhythm: { ...usualRhythm, ...options.rhythm },
    ...(port === undefined ? {} : { port }),
  })
  const nodes = members.map(member => member.node)
  const label = `demo: ${countOf(nodes)} on loopback`
  const self = members[0]?.node.name as NodeName
  return { ...unchanging(label, { self, nodes }, close), httpPort }
}

interface Fault {
  readonly host: Manner
  readonly endpoint: Manner | 'unroutable'
}

const faults = {
  refuses: { host: 'ready', endpoint: 'absent' },
  flaps: { host: 'ready', endpoint: 'flapping' },
  slow: { host: 'slow', endpoint: 'slow' },
  hangs: { host: 'hanging', endpoint: 'ready' },
  lossy: { host: 'lossy', endpoint: 'lossy' },
  'no-route': { host: 'ready', endpoint: 'unroutable' },
} as const satisfies Record<string, Fault>

/** Made up, in turn: for what there is to group and to filter. */
const zones = ['zone-a', 'zone-b', 'zone-c']

type FaultName = keyof typeof faults
const faultNames = Object.keys(faults) as readonly FaultName[]

/** Loopback's broadcast address: Linux refuses to send there (EACCES) and to connect (ENETUNREACH). */
const unroutable = '127.255.255.255' as IpAddress

function memberOf(ordinal: number) {
  const fault = faultOf(ordinal)
  const name = (fault ? `demo-${ordinal}-${fault}` : `demo-${ordinal}`) as NodeName
  const manners: Fault = fault ? faults[fault] : { host: 'ready', endpoint: 'ready' }
  const host = addressOf(ordinal, 1)
  const endpoint = manners.endpoint === 'unroutable' ? unroutable : addressOf(ordinal, 2)
  const node: Node = {
    name,
    labels: { [zoneLabel]: zones[(ordinal - 1) % zones.length] ?? '' },
    paths: [
      { node: name, to: 'host', rank: 'primary', ip: host },
      { node: name, to: 'endpoint', rank: 'primary', ip: endpoint },
    ],
  }
  const responders = [{ ip: host, manner: manners.host }]
  if (manners.endpoint !== 'unroutable') responders.push({ ip: endpoint, manner: manners.endpoint })
  return { node, responders }
}

/** Nodes 3 to 8 show each fault once; of the rest every 50th has one, turn by turn. */
function faultOf(ordinal: number): FaultName | undefined {
  if (ordinal <= 2 + faultNames.length) return faultNames[ordinal - 3]
  if (ordinal % 50 !== 0) return undefined
  // There is only one unroutable address.
  return faultNames[(ordinal / 50 - 1) % (faultNames.length - 1)]
}

/** 127.77.x.1, .2 for the first 250 nodes, then 127.78.x and so on. */
const addressOf = (ordinal: number, last: number): IpAddress =>
  `127.${77 + Math.floor((ordinal - 1) / 250)}.${1 + ((ordinal - 1) % 250)}.${last}` as IpAddress

/** A thread of their own keeps a busy screen from making the cluster look slow. */
async function startResponders(order: ResponderOrder) {
  const file = `./loopback-responders${extname(import.meta.url)}`
  const worker = new Worker(new URL(file, import.meta.url), { workerData: order })
  const close = async () => {
    await worker.terminate()
  }
  try {
    return { httpPort: await portOf(worker), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function portOf(worker: Worker): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<ResponderReport>()
  const late = setTimeout(
    () => reject(new UserError('The demo did not start within 20 s')),
    openTimeoutMs,
  )
  worker.once('message', resolve)
  worker.once('error', reject)
  try {
    const report = await promise
    if (report.kind === 'open') return report.port
    throw new UserError(`The demo cannot use ${report.where}: ${report.code}`, hints[report.code])
  } finally {
    clearTimeout(late)
    worker.off('error', reject)
  }
}

const hints: Readonly<Record<string, string>> = {
  EMFILE: 'Choose fewer nodes, or raise the limit of open files (ulimit -n).',
  EADDRINUSE: 'Choose another port, or none.',
  EACCES: 'Choose a port above 1023.',
  ENETUNREACH: 'The loopback interface is down: ip link set lo up',
  EADDRNOTAVAIL: 'This system has only 127.0.0.1 on its loopback interface.',
}
