import type { FailureReason } from '../../core/model/probe.ts'
import { linux } from '../linux.ts'
import { isReason, reasonOf } from '../reasons.ts'

/** What the network, or this host, says of a packet of ours. */
export interface Said {
  readonly reason: FailureReason
  /** What the reason does not tell; may be empty. */
  readonly words: string
}

const said = (reason: FailureReason, words = ''): Said => ({ reason, words })

/** By ICMP's type and code (RFC 792, 1122 and 1812); the kernel's errors tell less. */
const ipv4: Readonly<Record<string, Said>> = {
  '3/0': said('network-unreachable'),
  '3/1': said('host-unreachable'),
  '3/2': said('host-unreachable', 'protocol unreachable'),
  '3/3': said('refused', 'port unreachable'),
  '3/5': said('host-unreachable', 'source route failed'),
  '3/6': said('network-unreachable', 'network unknown'),
  '3/7': said('host-unreachable', 'host unknown'),
  '3/9': said('prohibited', 'network administratively prohibited'),
  '3/10': said('prohibited', 'host administratively prohibited'),
  '3/13': said('prohibited', 'administratively prohibited'),
  '11/0': said('host-unreachable', 'TTL exceeded'),
}

/** The same of ICMPv6 (RFC 4443). */
const ipv6: Readonly<Record<string, Said>> = {
  '1/0': said('network-unreachable', 'no route'),
  '1/1': said('prohibited', 'administratively prohibited'),
  '1/2': said('host-unreachable', 'beyond the scope of our address'),
  '1/3': said('host-unreachable'),
  '1/4': said('refused', 'port unreachable'),
  '1/5': said('prohibited', 'our address is against a policy'),
  '1/6': said('prohibited', 'the route rejects it'),
  '3/0': said('host-unreachable', 'hop limit exceeded'),
}

const tables: Readonly<Record<number, typeof ipv4>> = {
  [linux.SO_EE_ORIGIN_ICMP]: ipv4,
  [linux.SO_EE_ORIGIN_ICMP6]: ipv6,
}

/** Undefined where it is no reason to give up: a redirect, say. */
export function whatIsSaid(
  origin: number,
  type: number,
  code: number,
  error: string,
): Said | undefined {
  const known = tables[origin]?.[`${type}/${code}`]
  return known ?? (isReason(error) ? said(reasonOf(error)) : undefined)
}
