import * as v from 'valibot'
import type { IpAddress, Labels, Node, NodeName, Path, PathTarget } from '../model/node.ts'
import { addressFault, parseAddress } from './address.ts'
import { nameFault, toldNameFault } from './name.ts'
import { type FindFault, quoted, shown } from './text.ts'

const textWithout = (faultOf: FindFault, what: string) =>
  v.pipe(
    v.string(issue => `${shown(issue.input)} is no ${what}`),
    v.check(
      text => faultOf(text) === undefined,
      issue => `${quoted(issue.input)} ${faultOf(issue.input)}`,
    ),
  )

const named = (faultOf: FindFault) =>
  v.pipe(
    textWithout(faultOf, 'node name; a number is one in quotes'),
    v.transform(text => text as NodeName),
  )

export const nodeName = named(nameFault)
/** A name that an agent tells. */
export const toldName = named(toldNameFault)

export const ipAddress = v.pipe(textWithout(addressFault, 'IP address'), v.transform(parseAddress))

/** A family that is switched off has `{}` (1.6 and newer) or an `ip` of `<nil>` (1.5), or nothing. */
const family = v.pipe(
  v.nullish(v.object({ enabled: v.nullish(v.boolean()), ip: v.nullish(v.string()) })),
  v.transform(address => (address?.enabled ? address.ip : undefined)),
  v.transform(ip => (ip === null || ip === '' || ip === '<nil>' ? undefined : ip)),
  v.optional(ipAddress),
)

type Family = v.GenericSchema<unknown, IpAddress | undefined>

/** Cilium's NodeElement (its agent API, 1.5 to 1.20), as the node that its prober makes of it. */
const elementOf = (name: v.GenericSchema<unknown, NodeName>, address: Family) => {
  const addressing = v.nullish(v.object({ ipv4: address, ipv6: address }))
  return v.pipe(
    v.object({
      name,
      'primary-address': addressing,
      'health-endpoint-address': addressing,
      'secondary-addresses': v.nullish(v.pipe(v.array(address), v.maxLength(64))),
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
}

export const nodeElement = elementOf(nodeName, family)

/** The same from an agent: an address that cannot be is left out, and told. */
export const toldElement = (onFault: (fault: string) => void) =>
  elementOf(
    toldName,
    v.fallback(family, dataset => {
      // An absent family comes here, too, without a word.
      if (dataset?.issues) onFault(dataset.issues[0].message)
      return undefined
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
export function nodeOf(name: NodeName, from: NodeAddresses, labels?: Labels): Node {
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
  return labels ? { name, labels, paths } : { name, paths }
}
