import { readFileSync } from 'node:fs'

/** Why each way that was tried cannot be used: of sockets the error's name, of ping its words. */
export interface Refusals {
  readonly datagram?: string
  readonly raw?: string
  readonly system?: string
}

/** What stands between this process and an ICMP socket, for people. */
export function explainRefusals({ datagram, raw }: Refusals): string {
  const errors = [datagram, raw].filter(error => error !== undefined)
  const rights = errors.every(error => error === 'EACCES' || error === 'EPERM')
  const ways = [
    ...(datagram ? [`datagram: ${datagram}${datagram === 'EACCES' ? groupRights() : ''}`] : []),
    ...(raw ? [`raw: ${raw}${raw === 'EPERM' ? ', no CAP_NET_RAW' : ''}`] : []),
  ]
  return `no ${rights ? 'right to open an ICMP socket' : 'ICMP socket can be opened'} (${ways.join('; ')})`
}

function groupRights(): string {
  const range = read('/proc/sys/net/ipv4/ping_group_range').trim().replace(/\s+/, ' ')
  const groups = [...new Set([process.getegid?.(), ...(process.getgroups?.() ?? [])])].join(' ')
  return `, ping_group_range is "${range}", your gids: ${groups}`
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return 'unreadable' // /proc may be hidden: it is only a hint
  }
}

const raiseLimit = 'let it open more files (ulimit -n; systemd: LimitNOFILE=)'

const remedies: Readonly<Record<'datagram' | 'raw', Readonly<Record<string, string>>>> = {
  datagram: { EACCES: 'sysctl -w net.ipv4.ping_group_range="0 2147483647"', EMFILE: raiseLimit },
  raw: {
    EPERM:
      'give the process CAP_NET_RAW (systemd: AmbientCapabilities=CAP_NET_RAW; docker: --cap-add NET_RAW)',
    EMFILE: raiseLimit,
  },
}

/** The ways out that fit what went wrong; any one of them is enough. */
export function remediesFor(refusals: Refusals): readonly string[] {
  const fitting = (['datagram', 'raw'] as const).flatMap(way => {
    const remedy = remedies[way][refusals[way] ?? '']
    return remedy === undefined ? [] : [remedy]
  })
  const ping = 'install a ping that may ping (Debian: apt-get install iputils-ping)'
  // One that is there and may not be run is not mended by installing it.
  const missing = refusals.system !== undefined && !/: (EPERM|EACCES)$/.test(refusals.system)
  return [...new Set([...fitting, ...(missing ? [ping] : [])])]
}
