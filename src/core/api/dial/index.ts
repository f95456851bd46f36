import type { Socket } from 'node:net'
import { UserError } from '../../errors.ts'
import { tcp, tcps, unix } from './socket.ts'
import { ssh } from './ssh.ts'

/** A way to a daemon's health API, with all that has to be open for it. */
export interface Route {
  /** For the Host header. */
  readonly authority: string
  /** As errors name what is asked there: `http://localhost`. */
  readonly origin: string
  /** As errors name it: `unix /var/run/cilium/health.sock`. */
  readonly address: string
  /** What is asked for by name of a path: an HTTP proxy wants the whole URL. */
  target(path: string): string
  /** Go with every request. */
  readonly headers: Readonly<Record<string, string>>
  /** Opens a connection; rejects with the system's error, the signal's reason, or a RouteError. */
  dial(signal: AbortSignal): Promise<Socket>
  /** What the way itself knows of why a call failed; undefined where the error says it all. */
  explain(error: unknown): Promise<Trouble | undefined>
  /** Ends what was opened for it. A later dial opens it anew. */
  close(): Promise<void>
}

export interface Trouble {
  /** In plain words, with what to do. */
  readonly text: string
  /** To try again sooner than this does harm. */
  readonly retryMs?: number
}

/** How to be let in, and what to reach it by. */
export interface Access {
  /** For `tcp` and `tcps`: shown as `Authorization: Bearer`. */
  readonly token?: string | undefined
  /** Given, `tcp` is encrypted as `tcps` is. PEM texts; without a CA those of the system count. */
  readonly tls?: TlsAccess | undefined
  /** For `tcp` that is not encrypted: leads it by an HTTP proxy. */
  readonly byProxy?: ((route: Route) => Route) | undefined
  readonly ssh?: SshAccess | undefined
}

export interface TlsAccess {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

export interface SshAccess {
  /** The program, `ssh` when left out, and what it is told first (`-F FILE`). */
  readonly program?: string | undefined
  readonly args?: readonly string[] | undefined
  /** Where private directories are made: `$XDG_RUNTIME_DIR`, else the system's for temporary files. */
  readonly runtimeDirectory?: string | undefined
}

/** Makes a route from what follows `SCHEME://`; connects to nothing yet. */
export type OpenRoute = (rest: string, access: Access) => Route

const diallers: Readonly<Record<string, OpenRoute>> = {
  unix,
  tcp,
  http: tcp,
  tcps,
  ssh,
}

/** The route to a URI such as `unix:///var/run/cilium/health.sock`. Throws a UserError for any other. */
export function openRoute(uri: string, access: Access = {}): Route {
  const [, scheme, rest = ''] = /^([^:]*):\/\/(.*)$/s.exec(uri) ?? []
  if (scheme === undefined) throw new UserError(`invalid host format '${uri}'`)
  const open = Object.hasOwn(diallers, scheme) ? diallers[scheme] : undefined
  if (open) return open(rest, access)
  const known = [...Object.keys(diallers), 'k8s'].map(name => `${name}://`)
  throw new UserError(`unknown scheme in host '${uri}'`, `Known are ${known.join(', ')}`)
}
