import type { Socket } from 'node:net'
import { UserError } from '../../errors.ts'
import { tcp, unix } from './socket.ts'

/** A way to a daemon's health API. */
export interface Route {
  /** For the Host header. */
  readonly authority: string
  /** As errors name it: `unix /var/run/cilium/health.sock`. */
  readonly address: string
  /** Opens a connection; rejects with the system's error, or the signal's reason. */
  dial(signal: AbortSignal): Promise<Socket>
  close(): Promise<void>
}

/** Makes a route from what follows `SCHEME://`; connects to nothing yet. */
export type OpenRoute = (rest: string) => Route

const diallers: Readonly<Record<string, OpenRoute>> = { unix, tcp }

/** The route to a URI such as `unix:///var/run/cilium/health.sock`. Throws a UserError for any other. */
export function openRoute(uri: string): Route {
  const [, scheme, rest = ''] = /^([^:]*):\/\/(.*)$/s.exec(uri) ?? []
  if (scheme === undefined) throw new UserError(`invalid host format '${uri}'`)
  const open = Object.hasOwn(diallers, scheme) ? diallers[scheme] : undefined
  if (open) return open(rest)
  const known = Object.keys(diallers).map(name => `${name}://`)
  throw new UserError(`unknown scheme in host '${uri}'`, `Known are ${known.join(', ')}`)
}
