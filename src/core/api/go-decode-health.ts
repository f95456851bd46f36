import type { HealthResponse } from '../model/cilium.ts'
import { mustFit, parseGo, type Shape } from './go-decode.ts'

type Fields = Readonly<Record<string, Shape>>

const struct = (name: string, fields: Fields): Shape => ({ struct: name, fields })
const texts: Shape = { list: 'string' }
const all = (shape: Shape, ...names: readonly string[]): Fields =>
  Object.fromEntries(names.map(name => [name, shape]))

const status = struct('Status', all('string', 'msg', 'state'))
const bigTcp = (name: string) =>
  struct(name, { enabled: 'bool', ...all('int64', 'maxGRO', 'maxGSO') })

const remoteCluster = struct('RemoteCluster', {
  config: struct('RemoteClusterConfig', {
    'cluster-id': 'int64',
    ...all('bool', 'kvstoremesh', 'required', 'retrieved', 'sync-canaries'),
  }),
  ...all('string', 'name', 'status'),
  ...all('int64', 'num-endpoints', 'num-failures', 'num-identities', 'num-nodes'),
  'num-shared-services': 'int64',
  ready: 'bool',
  synced: struct(
    'RemoteClusterSynced',
    all('bool', 'endpoints', 'identities', 'nodes', 'services'),
  ),
})

const controller = struct('ControllerStatus', {
  name: 'string',
  status: struct('ControllerStatusStatus', {
    'consecutive-failure-count': 'int64',
    'last-failure-msg': 'string',
  }),
})

const wireguard = struct('WireguardStatus', {
  interfaces: {
    list: struct('WireguardInterface', {
      ...all('int64', 'listen-port', 'peer-count'),
      ...all('string', 'name', 'public-key'),
    }),
  },
  'node-encryption': 'string',
})

/** Of the agent's StatusResponse (api/v1/openapi.yaml, 1.19) what `get` prints. */
const agent = struct('StatusResponse', {
  'attach-mode': { name: 'AttachMode', of: 'string' },
  'bandwidth-manager': struct('BandwidthManager', {
    congestionControl: 'string',
    devices: texts,
    enabled: 'bool',
  }),
  ...all(status, 'cilium', 'cni-file', 'container-runtime', 'kvstore'),
  cluster: struct('ClusterStatus', { ciliumHealth: status, self: 'string' }),
  'cluster-mesh': struct('ClusterMeshStatus', {
    clusters: { list: remoteCluster },
    'num-global-services': 'int64',
  }),
  'cni-chaining': struct('CNIChainingStatus', { mode: 'string' }),
  controllers: { name: 'ControllerStatuses', of: { list: controller } },
  'datapath-mode': { name: 'DatapathMode', of: 'string' },
  encryption: struct('EncryptionStatus', { ...all('string', 'mode', 'msg'), wireguard }),
  'host-firewall': struct('HostFirewall', { devices: texts, mode: 'string' }),
  hubble: struct('HubbleStatus', {
    metrics: struct('HubbleStatusMetrics', { state: 'string' }),
    ...all('string', 'msg', 'state'),
    observer: struct(
      'HubbleStatusObserver',
      all('int64', 'current-flows', 'max-flows', 'seen-flows'),
    ),
  }),
  'identity-range': struct('IdentityRange', all('int64', 'max-identity', 'min-identity')),
  ipam: struct('IPAMStatus', { ...all(texts, 'ipv4', 'ipv6'), status: 'string' }),
  'ipv4-big-tcp': bigTcp('IPV4BigTCP'),
  'ipv6-big-tcp': bigTcp('IPV6BigTCP'),
  'kube-proxy-replacement': struct('KubeProxyReplacement', {
    deviceList: {
      list: struct('KubeProxyReplacementDeviceListItems0', { ip: texts, name: 'string' }),
    },
    devices: texts,
    ...all('string', 'directRoutingDevice', 'mode'),
  }),
  kubernetes: struct('K8sStatus', { 'k8s-api-versions': texts, ...all('string', 'msg', 'state') }),
  masquerading: struct('Masquerading', {
    enabled: 'bool',
    enabledProtocols: struct('MasqueradingEnabledProtocols', all('bool', 'ipv4', 'ipv6')),
    'ip-masq-agent': 'bool',
    ...all('string', 'mode', 'snat-exclusion-cidr-v4'),
  }),
  nodeMonitor: struct(
    'MonitorStatus',
    all('int64', 'cpus', 'lost', 'npages', 'pagesize', 'unknown'),
  ),
  proxy: struct('ProxyStatus', {
    ...all('string', 'envoy-deployment-mode', 'ip', 'port-range'),
    'total-redirects': 'int64',
  }),
  routing: struct(
    'Routing',
    all('string', 'inter-host-routing-mode', 'intra-host-routing-mode', 'tunnel-protocol'),
  ),
  srv6: struct('Srv6', { enabled: 'bool', srv6EncapMode: 'string' }),
})

const healthz = struct('HealthResponse', {
  cilium: agent,
  'system-load': struct('LoadResponse', all('string', 'last1min', 'last5min', 'last15min')),
  uptime: 'string',
})

/** Throws, in Go's words, where a field that is printed is of another kind than Cilium's. */
export function decodeHealthz(value: unknown): HealthResponse {
  mustFit(value, healthz)
  return (value ?? {}) as HealthResponse
}

/** What is wrong with an agent's answer, in the words of Go's decoder; undefined where it finds nothing. */
export function agentMisfit(text: string): string | undefined {
  try {
    mustFit(parseGo(text).value, agent)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
