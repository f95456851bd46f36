import { openEchoSocket, type SocketKind } from './icmp/open.ts'
import { linux } from './linux.ts'
import type { Family } from './peer.ts'
import { loadSockets, type Sockets } from './sockets.ts'

/** What an ICMP socket of this process can do, or the error's name where none may be opened. */
export type SocketFound =
  | {
      readonly kind: 'open'
      readonly bufferBytes: number
      /** Whether the kernel stamps what arrives, and what leaves. */
      readonly stampsArrivals: boolean
      readonly stampsDepartures: boolean
    }
  | { readonly kind: 'refused'; readonly error: string }

export type SocketsFound =
  | {
      readonly kind: 'loaded'
      readonly icmp: Readonly<Record<Family, Readonly<Record<SocketKind, SocketFound>>>>
    }
  | { readonly kind: 'missing'; readonly why: string }

/** Opens each kind of ICMP socket for a moment. Nothing is sent. */
export async function examineSockets(): Promise<SocketsFound> {
  const loaded = await loadSockets()
  if (loaded.kind === 'missing') return loaded
  const both = (family: Family) => ({
    datagram: examine(loaded.sockets, 'datagram', family),
    raw: examine(loaded.sockets, 'raw', family),
  })
  return { kind: 'loaded', icmp: { 4: both(4), 6: both(6) } }
}

function examine(sockets: Sockets, kind: SocketKind, family: Family): SocketFound {
  const socket = openEchoSocket(sockets, kind, family, 1)
  if (typeof socket === 'string') return { kind: 'refused', error: socket }
  const { fd, bufferBytes, stampsDepartures } = socket
  const stampsArrivals = sockets.getNumber(fd, linux.SOL_SOCKET, linux.SO_TIMESTAMPNS) > 0
  sockets.close(fd)
  return { kind: 'open', bufferBytes, stampsArrivals, stampsDepartures }
}
