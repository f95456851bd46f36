import type { HealthStatusResponse } from '../model/cilium.ts'
import { endOfValue } from './go-scan.ts'

/** JSON, and what it says. */
export interface Parsed {
  readonly text: string
  readonly value: unknown
}

/** Parses the JSON value at the beginning of a text; throws an Error with the words of Go's decoder. */
export function parseGo(text: string): Parsed {
  const reviver = oddNumber.test(text) ? keepLatency : undefined
  try {
    return { text, value: (JSON.parse as ParseWithSource)(text, reviver) }
  } catch {
    const first = text.slice(0, endOfValue(text))
    return { text: first, value: (JSON.parse as ParseWithSource)(first, reviver) }
  }
}

/** A field's number that Go takes another way than JavaScript: not an integer as written, or large. */
const oddNumber = /"\s*:\s*-?(?:\d{16}|\d+[.eE])/

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
type ParseWithSource = (text: string, reviver: Reviver | undefined) => unknown

/** The only integer in Cilium's answers: large ones are kept whole, other numbers as they are written. */
const keepLatency: Reviver = (key, value, { source = '' }) => {
  if (key !== 'latency' || typeof value !== 'number') return value
  if (!/^-?\d+$/.test(source)) return new NoInteger(source)
  return Number.isSafeInteger(value) ? value : BigInt(source)
}

class NoInteger {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

/** What Go's struct has at a place: a kind of value, the fields of an object, or a list; or one of these with a name. */
export type Shape =
  | 'string'
  | 'int64'
  | 'bool'
  | Struct
  | { readonly list: Shape }
  | { readonly name: string; readonly of: 'string' | { readonly list: Shape } }

interface Struct {
  readonly struct: string
  readonly fields: Readonly<Record<string, Shape>>
}

const connectivity: Shape = {
  struct: 'ConnectivityStatus',
  fields: { latency: 'int64', status: 'string', lastProbed: 'string' },
}
const path: Shape = {
  struct: 'PathStatus',
  fields: { ip: 'string', icmp: connectivity, http: connectivity },
}
const addresses = (struct: string): Shape => ({
  struct,
  fields: { 'primary-address': path, 'secondary-addresses': { list: path } },
})
const node: Shape = {
  struct: 'NodeStatus',
  fields: {
    name: 'string',
    host: addresses('HostStatus'),
    'health-endpoint': addresses('EndpointStatus'),
    endpoint: path,
  },
}
const status: Shape = {
  struct: 'HealthStatusResponse',
  fields: {
    local: { struct: 'SelfStatus', fields: { name: 'string' } },
    nodes: { list: node },
    probeInterval: 'string',
    timestamp: 'string',
  },
}

/** Throws, in Go's words, where a field is of another kind than Cilium's. */
export function decodeStatus(value: unknown): HealthStatusResponse {
  mustFit(value, status)
  return (value ?? { nodes: null }) as HealthStatusResponse
}

/** The text of a failed call; Go takes null for an empty one. */
export function decodeError(value: unknown): string {
  if (value == null) return ''
  if (typeof value === 'string') return value
  throw new Error(
    `json: cannot unmarshal ${kindOf(value, 'string')} into Go value of type models.Error`,
  )
}

/** Throws, in Go's words, for the first field that is of another kind. */
export function mustFit(value: unknown, shape: Shape): void {
  const found = misfitIn(value, shape)
  if (!found) return
  const where =
    found.struct === undefined ? 'value' : `struct field ${found.struct}.${found.fields.join('.')}`
  throw new Error(`json: cannot unmarshal ${found.kind} into Go ${where} of type ${found.type}`)
}

/** The names of the fields on the way to it are gathered on the way back: most bodies have none. */
interface Misfit {
  readonly kind: string
  readonly type: string
  /** The innermost struct. */
  readonly struct?: string
  readonly fields: readonly string[]
}

function misfitIn(value: unknown, told: Shape): Misfit | undefined {
  if (value == null) return undefined
  const shape = unnamed(told)
  const form = formOf(shape)
  if (!isA[form](value)) return { kind: kindOf(value, form), type: typeName(told), fields: [] }
  if (typeof shape === 'string') return undefined
  return 'list' in shape
    ? misfitInList(value as readonly unknown[], shape.list)
    : misfitInFields(value as Record<string, unknown>, shape)
}

function misfitInList(items: readonly unknown[], shape: Shape): Misfit | undefined {
  for (const item of items) {
    const found = misfitIn(item, shape)
    if (found) return found
  }
  return undefined
}

function misfitInFields(value: Record<string, unknown>, shape: Struct): Misfit | undefined {
  for (const name in shape.fields) {
    const item = value[name]
    // Most are absent, or texts as they should be: no more work for them, in a cold process.
    if (item === undefined || (typeof item === 'string' && shape.fields[name] === 'string'))
      continue
    const found = misfitIn(item, shape.fields[name] ?? 'string')
    if (found) return { struct: shape.struct, ...found, fields: [name, ...found.fields] }
  }
  return undefined
}

const unnamed = (shape: Shape) => (typeof shape === 'object' && 'of' in shape ? shape.of : shape)

const formOf = (shape: ReturnType<typeof unnamed>) => {
  if (typeof shape === 'string') return shape
  return 'list' in shape ? 'list' : 'struct'
}

const isA = {
  string: (value: unknown) => typeof value === 'string',
  bool: (value: unknown) => typeof value === 'boolean',
  int64: (value: unknown) =>
    Number.isSafeInteger(value) ||
    (typeof value === 'bigint' && BigInt.asIntN(64, value) === value),
  list: (value: unknown) => Array.isArray(value),
  struct: (value: unknown) =>
    typeof value === 'object' && !Array.isArray(value) && !(value instanceof NoInteger),
}

/** Where an integer belongs, Go tells the number. */
function kindOf(value: unknown, wanted: keyof typeof isA): string {
  if (Array.isArray(value)) return 'array'
  const isNumber = ['number', 'bigint'].includes(typeof value) || value instanceof NoInteger
  if (!isNumber) return typeof value === 'boolean' ? 'bool' : typeof value
  return wanted === 'int64'
    ? `number ${value instanceof NoInteger ? value.source : value}`
    : 'number'
}

function typeName(shape: Shape): string {
  if (typeof shape === 'string') return shape
  if ('name' in shape) return `models.${shape.name}`
  if ('struct' in shape) return `models.${shape.struct}`
  return `[]${typeof shape.list === 'string' ? '' : '*'}${typeName(shape.list)}`
}
