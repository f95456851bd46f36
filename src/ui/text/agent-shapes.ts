import {
  duration,
  flag,
  integer,
  list,
  map,
  maybe,
  namedList,
  number,
  object,
  text,
  time,
} from './shape.ts'

const status = object({ msg: text, state: text })
const enabled = object({ enabled: flag })
const bigTcp = object({ enabled: flag, maxGRO: integer, maxGSO: integer })

const addressing = object({ 'address-type': text, 'alloc-range': text, enabled: flag, ip: text })
const families = object({ ipv4: addressing, ipv6: addressing })
const nodeElement = object({
  'health-endpoint-address': families,
  'ingress-address': families,
  name: text,
  'primary-address': families,
  'secondary-addresses': list(addressing),
  source: text,
})

const controller = object({
  configuration: object({ 'error-retry': flag, 'error-retry-base': duration, interval: duration }),
  name: text,
  status: object({
    'consecutive-failure-count': integer,
    'failure-count': integer,
    'last-failure-msg': text,
    'last-failure-timestamp': time,
    'last-success-timestamp': time,
    'success-count': integer,
  }),
  uuid: text,
})

const remoteCluster = object({
  config: object({
    'cluster-id': integer,
    kvstoremesh: flag,
    required: flag,
    retrieved: flag,
    'service-exports-enabled': maybe,
    'sync-canaries': flag,
  }),
  connected: flag,
  'last-failure': time,
  name: text,
  'num-endpoints': integer,
  'num-failures': integer,
  'num-identities': integer,
  'num-nodes': integer,
  'num-service-exports': integer,
  'num-shared-services': integer,
  ready: flag,
  status: text,
  synced: object({
    endpoints: flag,
    identities: flag,
    nodes: flag,
    'service-exports': maybe,
    services: flag,
  }),
})

const kubeProxyReplacement = object({
  deviceList: list(object({ ip: list(text), name: text })),
  devices: list(text),
  directRoutingDevice: text,
  features: object({
    annotations: list(text),
    bpfSocketLBHostnsOnly: flag,
    externalIPs: enabled,
    gracefulTermination: enabled,
    hostPort: enabled,
    hostReachableServices: object({ enabled: flag, protocols: list(text) }),
    nat46X64: object({
      enabled: flag,
      gateway: object({ enabled: flag, prefixes: list(text) }),
      service: enabled,
    }),
    nodePort: object({
      acceleration: text,
      algorithm: text,
      dsrMode: text,
      enabled: flag,
      lutSize: integer,
      mode: text,
      portMax: integer,
      portMin: integer,
    }),
    sessionAffinity: enabled,
    socketLB: enabled,
    socketLBTracing: enabled,
  }),
  mode: text,
})

const encryption = object({
  ipsec: object({
    'decrypt-interfaces': list(text),
    'error-count': integer,
    'keys-in-use': integer,
    'max-seq-number': text,
    'xfrm-errors': map(integer),
  }),
  mode: text,
  msg: text,
  wireguard: object({
    interfaces: list(
      object({
        'listen-port': integer,
        name: text,
        'peer-count': integer,
        peers: list(
          object({
            'allowed-ips': list(text),
            endpoint: text,
            'last-handshake-time': time,
            'public-key': text,
            'transfer-rx': integer,
            'transfer-tx': integer,
          }),
        ),
        'public-key': text,
      }),
    ),
    'node-encrypt-opt-out-labels': text,
    'node-encryption': text,
  }),
})

const parts = {
  'attach-mode': text,
  'auth-certificate-provider': status,
  'bandwidth-manager': object({ congestionControl: text, devices: list(text), enabled: flag }),
  'bpf-maps': object({
    'dynamic-size-ratio': number,
    maps: list(object({ name: text, size: integer })),
  }),
  cilium: status,
  'client-id': integer,
  'clock-source': object({ hertz: integer, mode: text }),
  cluster: object({ ciliumHealth: status, nodes: list(nodeElement), self: text }),
  'cluster-mesh': object({ clusters: list(remoteCluster), 'num-global-services': integer }),
  'cni-chaining': object({ mode: text }),
  'cni-file': status,
  'container-runtime': status,
  controllers: namedList(controller),
  'datapath-mode': text,
  encryption,
  'host-firewall': object({ devices: list(text), mode: text }),
  hubble: object({
    metrics: object({ state: text }),
    msg: text,
    observer: object({
      'current-flows': integer,
      'max-flows': integer,
      'seen-flows': integer,
      uptime: duration,
    }),
    state: text,
  }),
  'hubble-metrics': status,
  'identity-range': object({ 'max-identity': integer, 'min-identity': integer }),
  ipam: object({ allocations: map(text), ipv4: list(text), ipv6: list(text), status: text }),
  'ipv4-big-tcp': bigTcp,
  'ipv6-big-tcp': bigTcp,
  'kube-proxy-replacement': kubeProxyReplacement,
  kubernetes: object({ 'k8s-api-versions': list(text), msg: text, state: text }),
  kvstore: status,
  masquerading: object({
    enabled: flag,
    enabledProtocols: object({ ipv4: flag, ipv6: flag }),
    'ip-masq-agent': flag,
    mode: text,
    'snat-exclusion-cidr': text,
    'snat-exclusion-cidr-v4': text,
    'snat-exclusion-cidr-v6': text,
  }),
  nodeMonitor: object({
    cpus: integer,
    lost: integer,
    npages: integer,
    pagesize: integer,
    unknown: integer,
  }),
  proxy: object({
    'envoy-deployment-mode': text,
    ip: text,
    'port-range': text,
    redirects: list(object({ name: text, proxy: text, 'proxy-port': integer })),
    'total-ports': integer,
    'total-redirects': integer,
  }),
  routing: object({
    'inter-host-routing-mode': text,
    'intra-host-routing-mode': text,
    'tunnel-protocol': text,
  }),
  srv6: object({ enabled: flag, srv6EncapMode: text }),
  stale: map(time),
}

/** The agent's own StatusResponse (api/v1/openapi.yaml, 1.19). */
export const statusResponse = object(parts)

/** Until 1.5 the proxy's redirects are not told. */
export const oldStatusResponse = object({
  ...parts,
  proxy: object({ ip: text, 'port-range': text }),
})
