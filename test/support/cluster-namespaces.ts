import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { noNamespaces } from './namespaces.ts'

const execute = (file: string, args: readonly string[], input = '') =>
  execFileSync(file, args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] })

const ip = (...args: readonly string[]) => execute('ip', args)

/** Why no cluster of namespaces can be made here; empty when it can. */
export function noClusterNamespaces(): string {
  const obstacle = noNamespaces()
  if (obstacle) return obstacle
  const probe = `ch-bridge-${process.pid}`
  ip('netns', 'add', probe)
  try {
    ip('-n', probe, 'link', 'add', 'br0', 'type', 'bridge')
    execute('nsenter', [`--net=/var/run/netns/${probe}`, 'true'])
    return ''
  } catch {
    return 'needs bridges and nsenter'
  } finally {
    ip('netns', 'del', probe)
  }
}

/** A node of the cluster. Its endpoint is not made here: only its names, address and routes are. */
export interface ClusterNode {
  readonly name: string
  readonly netns: string
  readonly host: string
  readonly endpoint: string
  /** Where this machine has IPv6. */
  readonly host6?: string
  readonly endpoint6?: string
  readonly endpointNetns: string
  readonly endpointLink: string
}

/**
 * Network namespaces as the hosts of a cluster, joined by a bridge in one more. Each forwards, and
 * knows the way to the others' endpoints.
 */
export function clusterNamespaces(count: number) {
  const tag = `${process.pid}-${Math.floor(Math.random() * 1000)}`
  const bridge = `ch-bridge-${tag}`
  const nodes = Array.from({ length: count }, (_, index): ClusterNode => {
    const number = index + 1
    return {
      name: `node-${number}`,
      netns: `ch-host-${number}-${tag}`,
      host: `10.98.0.${number}`,
      endpoint: `10.98.1.${number}`,
      ...(hasIpv6 && { host6: `fd98::${number}`, endpoint6: `fd98:1::${number}` }),
      endpointNetns: `ch-ep-${number}-${tag}`,
      endpointLink: `ch${number}-${process.pid}`,
    }
  })

  const join = ({ netns, host, host6 }: ClusterNode, port: string) => {
    const cable = ['link', 'add', 'eth0', 'netns', netns, 'type', 'veth', 'peer', 'name', port]
    ip('netns', 'add', netns)
    ip(...cable, 'netns', bridge)
    ip('-n', bridge, 'link', 'set', port, 'master', 'br0', 'up')
    ip('-n', netns, 'link', 'set', 'lo', 'up')
    ip('-n', netns, 'addr', 'add', `${host}/24`, 'dev', 'eth0')
    if (host6) ip('-n', netns, 'addr', 'add', `${host6}/64`, 'dev', 'eth0', 'nodad')
    ip('-n', netns, 'link', 'set', 'eth0', 'up')
    for (const family of host6 ? [4, 6] : [4]) {
      const forwarding = ['tee', `/proc/sys/net/ipv${family}/conf/all/forwarding`]
      execute('ip', ['netns', 'exec', netns, ...forwarding], '1\n')
    }
  }

  const addRoutes = ({ netns, name }: ClusterNode) => {
    for (const other of nodes.filter(node => node.name !== name)) {
      ip('-n', netns, 'route', 'add', other.endpoint, 'via', other.host)
      if (!other.host6 || !other.endpoint6) continue
      ip('-n', netns, 'route', 'add', other.endpoint6, 'via', other.host6)
    }
  }

  const close = () => {
    const names = nodes.flatMap(node => [node.endpointNetns, node.netns])
    for (const name of [...names, bridge].filter(exists)) {
      for (const pid of pidsIn(name)) process.kill(pid, 'SIGKILL')
      ip('netns', 'del', name)
    }
  }

  try {
    ip('netns', 'add', bridge)
    ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge')
    ip('-n', bridge, 'link', 'set', 'br0', 'up')
    nodes.forEach((node, index) => {
      join(node, `port${index}`)
    })
    nodes.forEach(addRoutes)
  } catch (error) {
    close()
    throw error
  }
  return {
    nodes,
    /** The network alone: what is done with `ip netns` inside is there for all to see. */
    inside: ({ netns }: ClusterNode) => ['nsenter', `--net=/var/run/netns/${netns}`],
    addresses6: (netns: string) => ip('-n', netns, '-6', 'addr'),
    cutEndpointLink: ({ netns, endpointLink }: ClusterNode) =>
      ip('-n', netns, 'link', 'del', endpointLink),
    /** What is there of the node's endpoint: its namespace, its link, a route to it. */
    traces: ({ netns, endpoint, endpointNetns, endpointLink }: ClusterNode) => [
      ...[endpointNetns].filter(exists),
      ...[endpointLink].filter(link => ip('-n', netns, 'link').includes(` ${link}@`)),
      ...[endpoint].filter(address => ip('-n', netns, 'route').includes(address)),
    ],
    close,
  }
}

const hasIpv6 = existsSync('/proc/sys/net/ipv6')

const exists = (netns: string) => existsSync(`/var/run/netns/${netns}`)

const pidsIn = (netns: string) => ip('netns', 'pids', netns).split('\n').filter(Boolean).map(Number)
