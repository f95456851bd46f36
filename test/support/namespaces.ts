import { execFileSync } from 'node:child_process'
import './compile-cache.ts'

const ip = (...args: readonly string[]) =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Why namespaces cannot be made here; empty when they can. */
export function noNamespaces(): string {
  if (process.getuid?.() !== 0) return 'needs root'
  try {
    const probe = `ch-probe-${process.pid}`
    ip('netns', 'add', probe)
    ip('netns', 'del', probe)
    return ''
  } catch {
    return 'needs ip netns'
  }
}

/** Two network namespaces joined by a veth pair: 10.99.0.1 in one, 10.99.0.2 in the other. */
export function twoNamespaces() {
  const tag = `${process.pid}${Math.floor(Math.random() * 1000)}`
  const [here, there] = [
    { name: `ch-a-${tag}`, link: 'va', address: '10.99.0.1' },
    { name: `ch-b-${tag}`, link: 'vb', address: '10.99.0.2' },
  ]
  for (const { name } of [here, there]) ip('netns', 'add', name)
  ip(
    'link',
    'add',
    here.link,
    'netns',
    here.name,
    'type',
    'veth',
    'peer',
    'name',
    there.link,
    'netns',
    there.name,
  )
  for (const { name, link, address } of [here, there]) {
    ip('-n', name, 'link', 'set', 'lo', 'up')
    ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', link)
    ip('-n', name, 'link', 'set', link, 'up')
  }
  const remove = () => {
    for (const { name } of [here, there]) ip('netns', 'del', name)
  }
  // A run that ends early leaves none behind.
  process.once('exit', remove)
  return {
    here,
    there,
    inside: (side: { readonly name: string }) => ['ip', 'netns', 'exec', side.name],
    link: (side: { readonly name: string; readonly link: string }, state: 'up' | 'down') =>
      ip('-n', side.name, 'link', 'set', side.link, state),
    /** A counter of the kernel's, such as `Icmp InEchos` or `Tcp PassiveOpens`. */
    counter(side: { readonly name: string }, protocol: string, field: string): number {
      const text = ip('netns', 'exec', side.name, 'cat', '/proc/net/snmp')
      const [names = '', values = ''] = text
        .split('\n')
        .filter(line => line.startsWith(`${protocol}:`))
      return Number(values.split(' ')[names.split(' ').indexOf(field)])
    },
    close() {
      process.off('exit', remove)
      remove()
    },
  }
}
