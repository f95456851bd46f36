import type { ProberState } from '../core/model/prober.ts'
import { openHttp } from './http/open.ts'
import { openIcmp } from './icmp/choose.ts'
import type { ProberSettings } from './messages.ts'
import type { Method, Report } from './method.ts'
import type { Peer } from './peer.ts'
import type { LoadedSockets } from './sockets.ts'

/** All ways to probe that a worker has. */
export interface Methods {
  readonly abilities: ProberState['abilities']
  readonly all: readonly Method[]
  /** How many peers may begin now. */
  room(): number
  begin(peers: readonly Peer[], nowMs: number): void
  /** Probes in a turn of this peer. */
  cost(peer: Peer): number
  close(): void
}

const isV4 = (peer: Peer) => peer.family === 4
const isV6 = (peer: Peer) => peer.family === 6

export async function openMethods(
  settings: ProberSettings,
  loaded: LoadedSockets,
  report: Report,
): Promise<Methods> {
  const { timeoutMs, httpPort, icmpCount: packets, icmpBufferBytes: bufferBytes } = settings
  const icmp = { loaded, timeoutMs, packets, bufferBytes, report }
  const icmp4 = await openIcmp(settings.icmp, { ...icmp, family: 4 })
  const icmp6 = await openIcmp(settings.icmp, { ...icmp, family: 6 })
  const http = await openHttp(settings.http, { loaded, port: httpPort, timeoutMs, report })
  const all = [icmp4, icmp6, http]
  let closed = false
  const costs = (method: Method) => (method.ability.kind === 'ready' ? 1 : 0)
  const costOf = { 4: costs(icmp4) + costs(http), 6: costs(icmp6) + costs(http) }
  return {
    abilities: { icmp4: icmp4.ability, icmp6: icmp6.ability, http: http.ability },
    all,
    room: () => Math.min(...all.map(method => method.room())),
    begin(peers, nowMs) {
      icmp4.begin(peers.filter(isV4), nowMs)
      icmp6.begin(peers.filter(isV6), nowMs)
      http.begin(peers, nowMs)
    },
    cost: peer => costOf[peer.family],
    close() {
      // Not twice: by then another thread may have got a descriptor's number.
      if (!closed) for (const method of all) method.close()
      closed = true
    },
  }
}
