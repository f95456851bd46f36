import { isIP } from 'node:net'
import { UserError } from '../errors.ts'

/** One address of the endpoint, and the host's of the same family through which it is reached. */
export interface AddressPair {
  readonly family: 4 | 6
  readonly endpoint: string
  readonly host: string
}

/** The health endpoint: a namespace of its own with a responder in it. */
export interface EndpointPlan {
  readonly netns: string
  /** The veth's end on the host; Cilium 1.5 calls it `cilium_health`. */
  readonly link: string
  readonly pairs: readonly AddressPair[]
  readonly port: number
  readonly pidfile: string
}

/** The veth's end inside, as Cilium calls it. */
const peer = 'cilium'

/** Reads `IPv4[,IPv6]` of both sides, IPv4 first. Throws a UserError unless each has its counterpart. */
export function pairAddresses(endpointIps: string, hostIps: string): readonly AddressPair[] {
  const hosts = byFamily(hostIps, '--host-ip')
  const endpoints = byFamily(endpointIps, '--endpoint-ip')
  return [...endpoints]
    .toSorted(([a], [b]) => a - b)
    .map(([family, endpoint]) => {
      const host = hosts.get(family)
      if (host !== undefined) return { family, endpoint, host }
      throw new UserError(
        `--endpoint-ip ${endpoint} has no IPv${family} address of the host beside it`,
        'Give --host-ip IPv4[,IPv6] with the same families as --endpoint-ip.',
      )
    })
}

function byFamily(text: string, flag: string): ReadonlyMap<4 | 6, string> {
  const found = new Map<4 | 6, string>()
  for (const address of text.split(',').map(part => part.trim())) {
    const family = isIP(address)
    if (family === 0) throw new UserError(`${flag}: ${JSON.stringify(address)} is no IP address`)
    if (found.has(family as 4 | 6)) throw new UserError(`${flag}: two IPv${family} addresses`)
    found.set(family as 4 | 6, address)
  }
  return found
}

/** Throws a UserError where a name would not do for the kernel or as a file's. */
export function checkNames({ netns, link }: Pick<EndpointPlan, 'netns' | 'link'>): void {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(netns)) {
    throw new UserError(`--netns ${JSON.stringify(netns)} is no name for a network namespace`)
  }
  if (!/^[A-Za-z0-9][\w.-]{0,14}$/.test(link)) {
    throw new UserError(`--link ${JSON.stringify(link)} is no name for a link (15 letters)`)
  }
}

/** Commands of `ip` that make the namespace, and both ends of the link down. */
export const linkCommands = ({ netns, link }: EndpointPlan): readonly (readonly string[])[] => [
  ['netns', 'add', netns],
  ['link', 'add', link, 'type', 'veth', 'peer', 'name', peer, 'netns', netns],
]

/**
 * Commands of `ip` that give it addresses and routes: inside to the host and through it to all,
 * outside to the endpoint. The host is a fixed neighbour: it need not own its address on this link.
 */
export function routeCommands(
  { netns, link, pairs }: EndpointPlan,
  hostMac: string,
): readonly (readonly string[])[] {
  const inside = ['-n', netns]
  const perPair = pairs.flatMap(({ family, endpoint, host }) => {
    const bits = family === 4 ? 32 : 128
    const neighbour = [host, 'lladdr', hostMac, 'dev', peer, 'nud', 'permanent']
    return [
      [...inside, 'neigh', 'add', ...neighbour],
      [...inside, 'route', 'add', `${host}/${bits}`, 'dev', peer],
      [...inside, `-${family}`, 'route', 'add', 'default', 'via', host, 'dev', peer],
      ['route', 'add', `${endpoint}/${bits}`, 'dev', link, 'src', host],
    ]
  })
  return [
    [...inside, 'link', 'set', 'lo', 'up'],
    ...pairs.map(pair => [...inside, 'addr', 'add', ...addressOf(pair)]),
    [...inside, 'link', 'set', peer, 'up'],
    ['link', 'set', link, 'up'],
    ...perPair,
  ]
}

/** No duplicate of it is looked for: it is known to be this one's, and is needed at once. */
const addressOf = ({ family, endpoint }: AddressPair): readonly string[] =>
  family === 4 ? [`${endpoint}/32`, 'dev', peer] : [`${endpoint}/128`, 'dev', peer, 'nodad']
