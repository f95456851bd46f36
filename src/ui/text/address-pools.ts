import type { AgentStatus } from './received.ts'

/** The addresses in use of each family, out of how many: the agent of 1.5 only sends lists. */
export function addressPools({ ipam, cluster }: AgentStatus): string {
  const local = (cluster?.nodes ?? []).find(node => node?.name === cluster?.self)
  const ranges = local?.['primary-address']
  return (
    addressPool('IPv4', ipam?.ipv4 ?? [], ranges?.ipv4?.['alloc-range'] ?? '') +
    addressPool('IPv6', ipam?.ipv6 ?? [], ranges?.ipv6?.['alloc-range'] ?? '')
  )
}

function addressPool(family: string, used: readonly string[], range: string): string {
  if (used.length === 0) return ''
  const size = sizeOf(family, range)
  return size === undefined
    ? `${family} address pool:\t${used.length} allocated\n`
    : `${family} address pool:\t${used.length}/${size} allocated from ${range}\n`
}

/** Usable addresses of a CIDR, as 1.5 counts them: all but one. */
function sizeOf(family: string, range: string): bigint | undefined {
  const length = /\/(\d{1,3})$/.exec(range)?.[1]
  const free = (family === 'IPv4' ? 32 : 128) - Number(length ?? 999)
  return free < 0 ? undefined : 2n ** BigInt(free) - 1n
}
