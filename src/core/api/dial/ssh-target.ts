import { UserError } from '../../errors.ts'

export interface SshTarget {
  readonly user: string | undefined
  /** A name, an alias of the user's ssh_config, or an address. */
  readonly host: string
  readonly port: number | undefined
  /** The daemon's socket over there. */
  readonly socket: string
}

const cilium = '/var/run/cilium/health.sock'
const maxPathBytes = 107

/**
 * Reads `[user@]host[:port][/path]`. What comes out is safe as words of ssh's command line: nothing
 * that begins with a dash, nothing that ssh or a ProxyCommand's shell would expand.
 * Throws a UserError.
 */
export function readSshTarget(rest: string): SshTarget {
  const [, user, v6, name, digits, path = ''] =
    /^(?:([^/]*)@)?(?:\[([^\]/]*)\]|([^/:@[\]]*))(?::(\d{1,5}))?(\/.*)?$/s.exec(rest) ?? []
  const host = v6 ?? name ?? ''
  const port = digits === undefined ? undefined : Number(digits)
  const socket = path === '' || path === '/' ? cilium : path
  const wrong = [
    [v6 === undefined ? hostPattern.test(host) : v6Pattern.test(v6), 'no host'],
    [user === undefined || userPattern.test(user), 'a user that is none'],
    [port === undefined || (port >= 1 && port <= 65_535), 'a port that is none'],
    [isForwardable(socket), 'a path that ssh cannot forward'],
  ].find(([isFine]) => !isFine)
  if (wrong) throw new UserError(`${wrong[1]} in '${printable(`ssh://${rest}`)}'`, hint)
  return { user, host, port, socket }
}

const hint =
  'Such as ssh://root@node-1:22/var/run/cilium/health.sock; user, port and path may be left out'

/** Whether ssh takes the path as it stands: its `-L` splits at colons and expands `%` and `$`. */
export const isForwardable = (path: string): boolean =>
  /^\/[\w./@+,=-]+$/.test(path) && Buffer.byteLength(path) <= maxPathBytes

const hostPattern = /^\w[\w.-]{0,252}$/
const v6Pattern = /^[\da-fA-F][\da-fA-F:.]*(%\w[\w.-]{0,20})?$|^::[\da-fA-F:.]*$/
const userPattern = /^\w[\w.+@-]{0,63}$/

const printable = (text: string) => text.slice(0, 200).replace(/[^\x20-\x7e]/g, '?')
