import type {
  AddressesStatus,
  ConnectivityStatus,
  HealthStatusResponse,
  NodeStatus,
  PathStatus,
} from '../../core/model/cilium.ts'
import { isStruct, type Struct, wholeNumber } from './shape.ts'

/**
 * A response with every field in place, whatever came: what is missing or of a wrong type has its
 * zero value, and there are no null nodes. By hand, not by shape: it is most of the time of `status`.
 */
export function readStatus(response: unknown): HealthStatusResponse {
  const status = isStruct(response) ? response : {}
  const nodes = Array.isArray(status.nodes) ? status.nodes.filter(isStruct).map(readNode) : []
  return {
    local: isStruct(status.local) ? { name: readText(status.local.name) } : null,
    nodes,
    probeInterval: readText(status.probeInterval),
    timestamp: readText(status.timestamp),
  }
}

const readNode = (node: Struct): NodeStatus => ({
  name: readText(node.name),
  host: readAddresses(node.host),
  'health-endpoint': readAddresses(node['health-endpoint']),
  endpoint: readPath(node.endpoint),
})

function readAddresses(value: unknown): AddressesStatus | null {
  if (!isStruct(value)) return null
  const secondary = value['secondary-addresses']
  return {
    'primary-address': readPath(value['primary-address']),
    // Go keeps nulls in this list.
    'secondary-addresses': Array.isArray(secondary) ? secondary.map(readPath as ReadPath) : null,
  }
}

type ReadPath = (value: unknown) => PathStatus

const readPath = (value: unknown): PathStatus | null =>
  isStruct(value)
    ? { ip: readText(value.ip), icmp: readProbe(value.icmp), http: readProbe(value.http) }
    : null

function readProbe(value: unknown): ConnectivityStatus | null {
  if (!isStruct(value)) return null
  const { latency, status, lastProbed } = value
  return {
    latency: wholeNumber(latency) as number,
    status: readText(status),
    lastProbed: readText(lastProbed),
  }
}

const readText = (value: unknown): string => (typeof value === 'string' ? value.toWellFormed() : '')
