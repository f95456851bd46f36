import { isIP, isIPv4, isIPv6 } from 'node:net'
import type { IpAddress } from '../model/node.ts'
import { type FindFault, refuse } from './text.ts'

/** The address in its canonical form (RFC 5952 for IPv6). Throws a UserError that names the value. */
export function parseAddress(text: string): IpAddress {
  refuse(text, addressFault(text), 'Give one unicast address such as 10.0.0.1 or fd00::1.')
  return canonical(text)
}

/** Why this is no address that a node could have. */
export const addressFault: FindFault = text => {
  if (text.length > 64 || isIP(text) === 0) return 'is no IP address'
  if (text.includes('%')) return 'has a zone, which means nothing on another node'
  const ip = canonical(text)
  return oddities.find(({ matches }) => matches(ip))?.fault
}

const canonical = (text: string): IpAddress =>
  (isIPv6(text) ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text) as IpAddress

const firstByte = (ip: string) => (isIPv4(ip) ? Number.parseInt(ip, 10) : 0)

/** Everybody's, and that of the loopback interface. */
const broadcasts: readonly string[] = ['255.255.255.255', '127.255.255.255']

const oddities: readonly { readonly fault: string; matches(ip: string): boolean }[] = [
  { fault: 'is the unspecified address', matches: ip => ip === '0.0.0.0' || ip === '::' },
  { fault: 'is in 0.0.0.0/8, which is no host', matches: ip => ip.startsWith('0.') },
  { fault: 'is a broadcast address', matches: ip => broadcasts.includes(ip) },
  {
    fault: 'is a multicast address',
    matches: ip => firstByte(ip) >> 4 === 14 || ip.startsWith('ff'),
  },
  { fault: 'is in 240.0.0.0/4, which is reserved', matches: ip => firstByte(ip) >> 4 === 15 },
  {
    fault: 'is an IPv4 address inside an IPv6 one: write the IPv4 address',
    matches: ip => ip.startsWith('::ffff:') || (ip !== '::1' && ipv4Compatible.test(ip)),
  },
]

/** `::a.b.c.d`, which RFC 4291 gave up. */
const ipv4Compatible = /^::[\da-f]{1,4}(:[\da-f]{1,4})?$/
