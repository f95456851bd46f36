import type { Slot } from '../../core/model/prober.ts'
import type { ErrandResult } from '../errands.ts'
import type { Peer } from '../peer.ts'

/** Where a responder answers: since Cilium 1.6, and until 1.5. */
export const helloPaths = ['/hello', '/v1beta/hello'] as const
export type HelloPath = (typeof helloPaths)[number]

/** Remembers which path each target knows. */
export interface HelloBook {
  pathOf(slot: Slot): HelloPath
  learn(slot: Slot, path: HelloPath): void
  forget(slot: Slot): void
}

export function createHelloBook(): HelloBook {
  const old = new Set<Slot>()
  return {
    pathOf: slot => (old.has(slot) ? '/v1beta/hello' : '/hello'),
    learn(slot, path) {
      if (path === '/hello') old.delete(slot)
      else old.add(slot)
    },
    forget: slot => old.delete(slot),
  }
}

export const otherPath = (path: HelloPath): HelloPath =>
  path === '/hello' ? '/v1beta/hello' : '/hello'

export const hostOf = (peer: Peer, port: number): string =>
  peer.family === 6 ? `[${peer.ip}]:${port}` : `${peer.ip}:${port}`

export const userAgent = 'cilium-health/0.1'

/**
 * Without `Connection: close`, as Cilium asks: a responder that closes sends its FIN right behind the
 * answer, and the kernel then gives both the FIN's stamp. We close when we have what we want.
 */
export const requestText = (peer: Peer, port: number, path: HelloPath): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${hostOf(peer, port)}\r\nUser-Agent: ${userAgent}\r\n\
Accept: */*\r\n\r\n`

/** Asks by the path that the target is known to answer; after a 404 by the other one, too. */
export async function askBoth(
  book: HelloBook,
  peer: Peer,
  ask: (path: HelloPath) => Promise<ErrandResult>,
): Promise<ErrandResult> {
  const path = book.pathOf(peer.slot)
  const result = await ask(path)
  if (result.kind !== 'failure' || !result.detail.startsWith('404')) return result
  const second = await ask(otherPath(path))
  if (second.kind === 'reply') book.learn(peer.slot, otherPath(path))
  return second
}
