import { addressPools } from './address-pools.ts'
import { encryption, hubble, masquerading } from './agent-features.ts'
import { controllers, remoteClusters } from './agent-tables.ts'
import { type AgentStatus, isOldAgent, readHealth } from './received.ts'
import { alignTabs } from './table.ts'

export interface HealthOptions {
  /** For "3m2s ago" of what failed; Unix milliseconds. */
  readonly nowMs: number
}

/** What `cilium-health get` prints: the daemon's uptime and load, then the agent's own status. */
export function formatHealth(response: unknown, { nowMs }: HealthOptions): string {
  const health = readHealth(response)
  const load = health['system-load'] ?? { last1min: '', last5min: '', last15min: '' }
  const rules = isOldAgent(health) ? oldRules : currentRules
  return alignTabs(
    `Daemon uptime:\t${health.uptime}\n` +
      `Node load:\t${load.last1min} ${load.last5min} ${load.last15min}\n` +
      rules.map(rule => rule(health.cilium, nowMs)).join(''),
  )
}

/** One part of the agent's status: its lines, or nothing. */
type Rule = (agent: AgentStatus, nowMs: number) => string

type Status = AgentStatus['kvstore']

const stateLine = (name: string, status: Status): string =>
  status ? `${name}:\t${status.state}\t${status.msg}\n` : ''

const commonRules: readonly Rule[] = [
  agent => stateLine('KVStore', agent.kvstore),
  agent => stateLine('ContainerRuntime', agent['container-runtime']),
  kubernetes,
]

const currentRules: readonly Rule[] = [
  ...commonRules,
  kubeProxyReplacement,
  hostFirewall,
  agent => (agent.srv6 ? `SRv6:\t${srv6(agent.srv6)}\n` : ''),
  agent => (agent['cni-chaining'] ? `CNI Chaining:\t${agent['cni-chaining'].mode}\n` : ''),
  agent => (agent['cni-file'] ? `CNI Config file:\t${agent['cni-file'].msg}\n` : ''),
  cilium,
  stale,
  nodeMonitor,
  healthDaemon,
  agent => (agent.ipam ? `IPAM:\t${agent.ipam.status}\n` : ''),
  remoteClusters,
  agent => bigTcp('IPv4', agent['ipv4-big-tcp']),
  agent => bigTcp('IPv6', agent['ipv6-big-tcp']),
  bandwidthManager,
  routing,
  attachMode,
  deviceMode,
  masquerading,
  controllers,
  proxy,
  identityRange,
  hubble,
  encryption,
]

/** 1.5 counts addresses itself and knows little of what came later. */
const oldRules: readonly Rule[] = [
  ...commonRules,
  cilium,
  stale,
  nodeMonitor,
  healthDaemon,
  addressPools,
  controllers,
  ({ proxy }) =>
    proxy
      ? `Proxy Status:\tOK, ip ${proxy.ip}, port-range ${proxy['port-range']}\n`
      : 'Proxy Status:\tNo managed proxy redirect\n',
]

function kubernetes({ kubernetes }: AgentStatus): string {
  if (!kubernetes) return ''
  const versions = [...(kubernetes['k8s-api-versions'] ?? [])].sort()
  const apis =
    kubernetes.state === 'Disabled' ? '' : `Kubernetes APIs:\t["${versions.join('", "')}"]\n`
  return stateLine('Kubernetes', kubernetes) + apis
}

function kubeProxyReplacement(agent: AgentStatus): string {
  const replacement = agent['kube-proxy-replacement']
  if (!replacement) return ''
  const { mode, directRoutingDevice } = replacement
  // Cilium's client counts the commas by the other list.
  const last = (replacement.devices ?? []).length - 1
  const devices = (replacement.deviceList ?? [])
    .filter(device => device !== null)
    .map((device, index) => {
      const direct = device.name === directRoutingDevice ? ' (Direct Routing)' : ''
      const comma = index === last ? '' : ', '
      return `${device.name} ${(device.ip ?? []).join(' ')}${direct}${comma}`
    })
  const shown = mode === 'False' || devices.length === 0 ? '' : `[${devices.join('')}]`
  return `KubeProxyReplacement:\t${mode}\t${shown}\n`
}

function hostFirewall(agent: AgentStatus): string {
  const firewall = agent['host-firewall']
  if (!firewall) return ''
  const devices = firewall.mode === 'Disabled' ? '' : `\t[${(firewall.devices ?? []).join(', ')}]`
  return `Host firewall:\t${firewall.mode}${devices}\n`
}

const srv6 = ({ enabled, srv6EncapMode }: NonNullable<AgentStatus['srv6']>): string =>
  enabled ? `Enabled\t[encap-mode: ${srv6EncapMode}]` : 'Disabled'

function cilium({ cilium }: AgentStatus): string {
  return cilium ? `Cilium:\t${cilium.state}   ${cilium.msg}\n` : ''
}

function stale({ stale }: AgentStatus): string {
  if (!stale) return ''
  const probes = Object.keys(stale).sort()
  const since = probes.map(probe => `${JSON.stringify(probe)} since ${stale[probe]}`)
  return `Stale status:\t${since.join(', ')}\n`
}

function nodeMonitor({ nodeMonitor: monitor }: AgentStatus): string {
  if (!monitor) return 'NodeMonitor:\tDisabled\n'
  const { cpus, npages, pagesize, lost, unknown } = monitor
  const losses = lost || unknown ? `\t${lost} events lost, ${unknown} unknown notifications\n` : ''
  return (
    `NodeMonitor:\tListening for events on ${cpus} CPUs ` +
    `with ${npages}x${pagesize} of shared memory\n${losses}`
  )
}

function healthDaemon({ cluster }: AgentStatus): string {
  return stateLine('Cilium health daemon', cluster?.ciliumHealth ?? null)
}

function bigTcp(family: string, tcp: AgentStatus['ipv4-big-tcp']): string {
  if (!tcp) return ''
  const { enabled, maxGRO, maxGSO } = tcp
  const sizes = maxGRO === maxGSO ? `[${maxGSO}]` : `[${maxGRO}, ${maxGSO}]`
  return `${family} BIG TCP:\t${enabled ? `Enabled\t${sizes}` : 'Disabled'}\n`
}

function bandwidthManager(agent: AgentStatus): string {
  const manager = agent['bandwidth-manager']
  if (!manager) return ''
  const devices = (manager.devices ?? []).join(', ')
  const on = `EDT with BPF [${manager.congestionControl.toUpperCase()}] [${devices}]`
  return `BandwidthManager:\t${manager.enabled ? on : 'Disabled'}\n`
}

function routing({ routing }: AgentStatus): string {
  if (!routing) return ''
  const between = routing['inter-host-routing-mode']
  const tunnel = between === 'Tunnel' ? ` [${routing['tunnel-protocol']}]` : ''
  return `Routing:\tNetwork: ${between}${tunnel}\tHost: ${routing['intra-host-routing-mode']}\n`
}

function attachMode(agent: AgentStatus): string {
  const mode = agent['attach-mode']
  return mode === '' ? '' : `Attach Mode:\t${mode === 'tcx' ? 'TCX' : 'Legacy TC'}\n`
}

function deviceMode(agent: AgentStatus): string {
  const mode = agent['datapath-mode']
  const known = ['veth', 'netkit', 'netkit-l2'].includes(mode)
  return mode === '' ? '' : `Device Mode:\t${known ? mode : '?'}\n`
}

function proxy({ proxy }: AgentStatus): string {
  if (!proxy) return 'Proxy Status:\tNo managed proxy redirect\n'
  return (
    `Proxy Status:\tOK, ip ${proxy.ip}, ${proxy['total-redirects']} redirects active ` +
    `on ports ${proxy['port-range']}, Envoy: ${proxy['envoy-deployment-mode']}\n`
  )
}

function identityRange(agent: AgentStatus): string {
  const range = agent['identity-range']
  const limits = range ? `min ${range['min-identity']}, max ${range['max-identity']}` : 'Unknown'
  return `Global Identity Range:\t${limits}\n`
}
