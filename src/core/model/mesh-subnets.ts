/** The /24 of an IPv4 address, the /64 of an IPv6 address in its canonical text. */
export function subnetOf(ip: string): string {
  if (!ip.includes(':')) return `${ip.replace(/\.\d+$/, '')}.0/24`
  const [head = '', tail] = ip.split('::')
  const groups = head.split(':').filter(Boolean)
  const after = (tail ?? '').split(':').filter(Boolean)
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length
  const first = [...groups, ...new Array<string>(Math.max(0, zeros)).fill('0'), ...after]
  return `${first.slice(0, 4).join(':')}::/64`
}
