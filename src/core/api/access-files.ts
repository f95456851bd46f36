import { readFileSync, statSync } from 'node:fs'
import { UserError } from '../errors.ts'
import type { Access } from './dial/index.ts'
import { readListen, type TcpListening } from './listen-tcp.ts'

/** How a client is let in: files that the operator names. */
export interface AccessFlags {
  readonly tokenFile?: string | undefined
  /** Encrypts `tcp://`, too. */
  readonly tls?: boolean | undefined
  readonly tlsCa?: string | undefined
  readonly tlsCert?: string | undefined
  readonly tlsKey?: string | undefined
}

/** Where a daemon listens besides, and whom it lets in. */
export interface ListenFlags {
  /** `tcp://ADDRESS:PORT` */
  readonly listen?: string | undefined
  readonly listenTokenFile?: string | undefined
  readonly listenTlsKey?: string | undefined
  readonly listenTlsCert?: string | undefined
  readonly listenClientCa?: string | undefined
  readonly allowProbe?: boolean | undefined
  readonly allowRemote?: boolean | undefined
}

const maxFileBytes = 1024 * 1024

/** Reads what a client shows. Throws a UserError where a file cannot be read or misses its other half. */
export function readAccess(flags: AccessFlags): Access {
  const { tokenFile, tls, tlsCa, tlsCert, tlsKey } = flags
  bothOrNone(tlsCert, tlsKey, '--tls-cert and --tls-key')
  const isEncrypted = tls || [tlsCa, tlsCert].some(file => file !== undefined)
  return {
    token: readToken('--token-file', tokenFile),
    tls: isEncrypted
      ? {
          ca: readText('--tls-ca', tlsCa),
          cert: readText('--tls-cert', tlsCert),
          key: readText('--tls-key', tlsKey),
        }
      : undefined,
  }
}

/** Where `--listen` leads; undefined without it. Throws a UserError as `readAccess` does. */
export function readListening(flags: ListenFlags): TcpListening | undefined {
  const { listen, listenTlsKey, listenTlsCert, listenClientCa, allowProbe, allowRemote } = flags
  if (listen === undefined) return undefined
  bothOrNone(listenTlsCert, listenTlsKey, '--listen-tls-cert and --listen-tls-key')
  const key = readText('--listen-tls-key', listenTlsKey)
  const cert = readText('--listen-tls-cert', listenTlsCert)
  const clientCa = readText('--listen-client-ca', listenClientCa)
  const isEncrypted = key !== undefined && cert !== undefined
  if (clientCa !== undefined && !isEncrypted) {
    throw new UserError('--listen-client-ca needs --listen-tls-key and --listen-tls-cert')
  }
  return {
    tcp: readListen(listen),
    token: readToken('--listen-token-file', flags.listenTokenFile),
    tls: isEncrypted ? { key, cert, clientCa } : undefined,
    allowProbe,
    allowRemote,
  }
}

function bothOrNone(one: string | undefined, other: string | undefined, names: string): void {
  if ((one === undefined) !== (other === undefined)) {
    throw new UserError(`${names} go together`)
  }
}

function readToken(flag: string, file: string | undefined): string | undefined {
  const token = readText(flag, file)?.trim()
  if (token === undefined) return undefined
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UserError(`${flag} ${file}: that is no token`)
  return token
}

function readText(flag: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    if (statSync(file).size > maxFileBytes) throw new Error('it is too large')
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UserError(`${flag} ${file} cannot be read: ${code ?? message}`)
  }
}
