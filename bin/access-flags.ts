import type { Command } from 'commander'
import type { AccessFlags } from '../src/core/api/access-files.ts'
import type { Access } from '../src/core/api/dial/index.ts'

/** Adds the flags of `AccessFlags`, and of `ListenFlags` below: for a daemon that is elsewhere. */
export const accessFlags = (command: Command): Command =>
  command
    .option('--token-file <FILE>', 'with tcp: the token to show ($CILIUM_HEALTH_TOKEN)')
    .option('--tls', 'with tcp: encrypt, as tcps does')
    .option('--tls-ca <FILE>', "with tcps: the CA of the daemon's certificate")
    .option('--tls-cert <FILE>', 'with tcps: our own certificate')
    .option('--tls-key <FILE>', 'with tcps: its key')

/** With `-d`: who may read the health API on TCP. */
export const listenFlags = (command: Command): Command =>
  command
    .option('--listen <URI>', 'with -d: serve the health API there, too: tcp://ADDRESS:PORT')
    .option('--listen-token-file <FILE>', 'with --listen: the token that callers must show')
    .option('--listen-tls-key <FILE>', 'with --listen: the key of its certificate')
    .option('--listen-tls-cert <FILE>', 'with --listen: serve TLS with this certificate')
    .option('--listen-client-ca <FILE>', 'with --listen: only for certificates of this CA')
    .option('--allow-probe', 'with --listen: callers may order probes')
    .option('--allow-remote', 'with --listen: on other addresses than loopback')

/** The same flags as words of a command line: paths, never what is in the files. */
export const accessWords = (flags: AccessFlags): readonly string[] =>
  (
    [
      ['--token-file', flags.tokenFile],
      ['--tls-ca', flags.tlsCa],
      ['--tls-cert', flags.tlsCert],
      ['--tls-key', flags.tlsKey],
    ] as const
  )
    .flatMap(([flag, file]) => (file === undefined ? [] : [flag, file]))
    .concat(flags.tls ? ['--tls'] : [])

/** What the flags and the environment say; nothing is loaded for a socket of this machine. */
export async function accessOf(host: string, flags: AccessFlags): Promise<Access> {
  if (host.startsWith('unix:')) return {}
  const { readAccess } = await import('../src/core/api/access-files.ts')
  const access = readAccess(flags)
  return {
    ...access,
    token: access.token ?? (process.env.CILIUM_HEALTH_TOKEN || undefined),
    byProxy: await proxies(),
    ssh: { runtimeDirectory: process.env.XDG_RUNTIME_DIR || undefined },
  }
}

/** For plain TCP, as Go's client does; nothing is loaded where the environment names no proxy. */
async function proxies(): Promise<Access['byProxy']> {
  if (!process.env.HTTP_PROXY && !process.env.http_proxy) return undefined
  const { byProxy } = await import('../src/core/api/dial/http-proxy.ts')
  return byProxy(process.env)
}
