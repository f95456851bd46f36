import type { RequestListener, Server, ServerOptions } from 'node:http'
import { type AddressInfo, BlockList, isIP } from 'node:net'
import { UserError } from '../errors.ts'

/** Where and to whom the health API is served on TCP. */
export interface TcpListening {
  readonly tcp: { readonly address: string; readonly port: number }
  /** Wanted of each caller as `Authorization: Bearer`. */
  readonly token?: string | undefined
  readonly tls?: ServerTls | undefined
  /** Whether callers may order probes; else they may only read. */
  readonly allowProbe?: boolean | undefined
  /** Whether other addresses than loopback may be listened on. */
  readonly allowRemote?: boolean | undefined
}

/** PEM texts. With a CA of clients, only who shows a certificate of it gets in. */
export interface ServerTls {
  readonly key: string
  readonly cert: string
  readonly clientCa?: string | undefined
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

const isLoopback = (address: string) =>
  loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Throws a UserError where serving there would let in who should not be. */
export function mustBeSafe({ tcp, token, tls, allowRemote }: TcpListening): void {
  const { address } = tcp
  if (isIP(address) === 0) {
    throw new UserError(`${address} is no IP address`, 'Such as --listen tcp://127.0.0.1:4241')
  }
  if (token !== undefined && !/^[\x21-\x7e]{16,1024}$/.test(token)) {
    throw new UserError(
      'The token is too short, too long, or has spaces: 16 to 1024 plain characters are wanted',
      'Make one: openssl rand -hex 32',
    )
  }
  if (isLoopback(address)) return
  if (!allowRemote) {
    throw new UserError(
      `${address} can be reached from other machines`,
      'Listen on 127.0.0.1, or say --allow-remote and give a token',
    )
  }
  if (token === undefined && tls?.clientCa === undefined) {
    throw new UserError(
      `Everybody who reaches ${address} could read the health of the cluster`,
      'Give --listen-token-file FILE, or --listen-client-ca FILE with a key and certificate',
    )
  }
}

/** Makes the server, not yet listening. Throws a UserError for a key or certificate that is none. */
export async function createTcpServer(
  { tls }: TcpListening,
  limits: ServerOptions,
  answer: RequestListener,
): Promise<Server> {
  if (!tls) return (await import('node:http')).createServer(limits, answer)
  const { createServer } = await import('node:https')
  const { key, cert, clientCa } = tls
  const clients = clientCa === undefined ? {} : { ca: clientCa, requestCert: true }
  try {
    return createServer({ ...limits, key, cert, ...clients, handshakeTimeout: 10_000 }, answer)
  } catch (error) {
    throw new UserError(
      `The key and the certificate to listen with do not fit: ${(error as Error).message}`,
    )
  }
}

/** Lets it listen, and tells the URI to reach it by. Throws a UserError where it cannot. */
export async function listenOnTcp(server: Server, { tcp, tls }: TcpListening): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host: tcp.address, port: tcp.port, backlog: 1024 }, resolve)
  try {
    await promise
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UserError(`Cannot listen on ${tcp.address} port ${tcp.port}: ${code}`)
  }
  server.off('error', reject)
  const { address, port, family } = server.address() as AddressInfo
  return `${tls ? 'tcps' : 'tcp'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** Reads `tcp://ADDRESS:PORT`. Throws a UserError. */
export function readListen(uri: string): TcpListening['tcp'] {
  const [, v6, v4, port] =
    /^tcp:\/\/(?:\[([\da-fA-F:.]+)\]|([\d.]+|localhost)):(\d{1,5})$/.exec(uri) ?? []
  if (port === undefined || Number(port) > 65_535) {
    throw new UserError(
      `'${uri}' is nowhere to listen`,
      'Such as tcp://127.0.0.1:4241 or tcp://[::1]:4241',
    )
  }
  return { address: v6 ?? (v4 === 'localhost' ? '127.0.0.1' : (v4 ?? '')), port: Number(port) }
}
