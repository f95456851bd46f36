import type {
  AddressesStatus,
  ConnectivityStatus,
  HealthStatusResponse,
  NodeStatus,
  PathStatus,
} from '../../core/model/cilium.ts'
import { healthResponse } from './health-shapes.ts'
import { fillObject, isStruct, type Struct, type TypeOf, wholeNumber } from './shape.ts'

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

export type FilledHealth = NonNullable<TypeOf<typeof healthResponse>>
export type AgentStatus = FilledHealth['cilium']

/** The same for the health of the agent. */
export const readHealth = (response: unknown): FilledHealth => fillObject(healthResponse, response)

/** Until 1.5 the agent lists its addresses; later ones send a sentence about them. */
export const isOldAgent = ({ cilium: { ipam } }: FilledHealth): boolean =>
  ipam !== null && ipam.status === '' && (ipam.ipv4 !== null || ipam.ipv6 !== null)

/**
 * Parses a response's text. Integers that a JS number cannot hold become bigints, digit for digit;
 * throws SyntaxError where the text is no JSON.
 */
export const parseResponse = (text: string): unknown =>
  /\d{16}/.test(text) ? (JSON.parse as ParseWithSource)(text, keepDigits) : JSON.parse(text)

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
type ParseWithSource = (text: string, reviver: Reviver) => unknown

const keepDigits: Reviver = (_key, value, { source = '' }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
    ? BigInt(source)
    : value
