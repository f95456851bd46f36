import { randomInt } from 'node:crypto'
import { createOff, type Method, type Off, type Report, switchedOff } from '../method.ts'
import { type Family, type Peer, toPeer } from '../peer.ts'
import type { LoadedSockets } from '../sockets.ts'
import { createNativeIcmp } from './native.ts'
import { openEchoSocket, type SocketKind } from './open.ts'
import { explainRefusals, remediesFor } from './refusals.ts'

export type IcmpChoice = 'auto' | 'datagram' | 'raw' | 'system' | 'off'

interface Place {
  readonly loaded: LoadedSockets
  readonly family: Family
  readonly timeoutMs: number
  /** Of a probe, at most. */
  readonly packets: number
  readonly bufferBytes: number | undefined
  readonly report: Report
}

const native =
  (kind: SocketKind) =>
  ({ loaded, family, timeoutMs, packets, bufferBytes, report }: Place): Method | string => {
    if (loaded.kind === 'missing') return loaded.why
    const id = randomInt(1, 0x10000)
    const socket = openEchoSocket(loaded.sockets, kind, family, id, bufferBytes)
    if (typeof socket === 'string') return socket
    return createNativeIcmp(loaded.sockets, socket, { timeoutMs, packets }, report)
  }

/** Ways to ping. A text is why one cannot be used here. */
const variants = {
  datagram: native('datagram'),
  raw: native('raw'),
  system: async ({ family, timeoutMs, packets, report }) => {
    const { openSystemIcmp } = await import('./system.ts')
    return openSystemIcmp(self(family), { timeoutMs, packets }, report)
  },
  off: () => switchedOff,
} satisfies Record<
  Exclude<IcmpChoice, 'auto'>,
  (place: Place) => Method | string | Promise<Method | string>
>

type Variant = keyof typeof variants

/** Datagram first, even as root: the kernel checks sums and sorts out what is not ours. */
const order = {
  auto: ['datagram', 'raw', 'system'],
  datagram: ['datagram'],
  raw: ['raw'],
  system: ['system'],
  off: ['off'],
} as const satisfies Record<IcmpChoice, readonly Variant[]>

/** The best way that works here, of those allowed, for one family. */
export async function openIcmp(choice: IcmpChoice, place: Place): Promise<Method> {
  const refusals: Partial<Record<Variant, string>> = {}
  for (const name of order[choice]) {
    const method = await variants[name](place)
    if (typeof method !== 'string') return method
    refusals[name] = method
  }
  return createOff('icmp', explain(refusals, place), place.report)
}

/** Why ICMP cannot be sent, and the ways out. */
function explain(refusals: Partial<Record<Variant, string>>, { loaded }: Place): Off {
  const { datagram, raw, system, off } = refusals
  if (off) return { reason: 'switched-off', why: off, remedies: ['--icmp auto'] }
  const reason = 'not-permitted'
  if (datagram === 'EAFNOSUPPORT' || raw === 'EAFNOSUPPORT') {
    return { reason, why: 'this machine has no IPv6', remedies: [] }
  }
  const sockets = loaded.kind === 'missing' ? loaded.why : explainRefusals(refusals)
  const whys = [...(datagram || raw ? [sockets] : []), ...(system ? [system] : [])]
  return { reason, why: whys.join('; '), remedies: remediesFor(refusals) }
}

const self = (family: Family): Peer => {
  const ip = (family === 4 ? '127.0.0.1' : '::1') as Peer['ip']
  return toPeer({ slot: 0, ip }) as Peer
}
