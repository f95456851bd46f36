import * as v from 'valibot'
import type { IpAddress, Node, NodeName, Path, PathTarget } from '../model/node.ts'
import { addressFault, parseAddress } from './address.ts'
import { nameFault } from './name.ts'
import { quoted } from './text.ts'

export const nodeName = v.pipe(
  v.string(),
  v.check(
    text => nameFault(text) === undefined,
    issue => `${quoted(issue.input)} ${nameFault(issue.input)}`,
  ),
  v.transform(text => text as NodeName),
)

export const ipAddress = v.pipe(
  v.string(),
  v.check(
    text => addressFault(text) === undefined,
    issue => `${quoted(issue.input)} ${addressFault(issue.input)}`,
  ),
  v.transform(parseAddress),
)

/** A family that is switched off has `{}` (1.6 and newer) or an `ip` of `<nil>` (1.5), or nothing. */
const family = v.pipe(
  v.nullish(v.object({ enabled: v.nullish(v.boolean()), ip: v.nullish(v.string()) })),
  v.transform(address => (address?.enabled ? address.ip : undefined)),
  v.transform(ip => (ip === null || ip === '' || ip === '<nil>' ? undefined : ip)),
  v.optional(ipAddress),
)

const addressing = v.nullish(v.object({ ipv4: family, ipv6: family }))

/** Cilium's NodeElement (its agent API, 1.5 to 1.20), as the node that its prober makes of it. */
export const nodeElement = v.pipe(
  v.object({
    name: nodeName,
    'primary-address': addressing,
    'health-endpoint-address': addressing,
    'secondary-addresses': v.nullish(v.pipe(v.array(family), v.maxLength(64))),
  }),
  v.transform(element => {
    const host = element['primary-address']
    const endpoint = element['health-endpoint-address']
    return nodeOf(element.name, {
      host: [host?.ipv4, host?.ipv6],
      endpoint: [endpoint?.ipv4, endpoint?.ipv6],
      secondary: element['secondary-addresses'] ?? [],
    })
  }),
)

type Addresses = readonly (IpAddress | undefined)[]

export interface NodeAddresses {
  readonly host: Addresses
  readonly endpoint: Addresses
  /** Further addresses of the host. */
  readonly secondary: Addresses
}

/** The first address of the host and of the endpoint is the primary one; each is taken once. */
export function nodeOf(name: NodeName, from: NodeAddresses): Node {
  const paths: Path[] = []
  const add = (to: PathTarget, addresses: Addresses, first: Path['rank']) => {
    let rank = first
    for (const ip of new Set(addresses)) {
      if (ip === undefined || paths.some(path => path.to === to && path.ip === ip)) continue
      paths.push({ node: name, to, rank, ip })
      rank = 'secondary'
    }
  }
  add('host', from.host, 'primary')
  add('host', from.secondary, 'secondary')
  add('endpoint', from.endpoint, 'primary')
  return { name, paths }
}
