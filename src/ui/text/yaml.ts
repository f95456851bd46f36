import { isStruct, type Shape, type Struct } from './shape.ts'
import { yamlString } from './yaml-scalar.ts'

/**
 * YAML as go-yaml v3 writes a filled value: four spaces a level, every field, and fields called by
 * their Go names in lower case (`healthendpoint`), because the types carry names for JSON only.
 */
export const toYaml = (shape: Shape, value: unknown): string =>
  node(shape, value, { indent: -1, inList: false }).trimStart().concat('\n')

interface Place {
  /** Columns before the parent's content; -1 above the root. */
  readonly indent: number
  readonly inList: boolean
}

/** A value with what goes between it and its key: a space, or a line end and its own lines. */
function node(shape: Shape, value: unknown, place: Place): string {
  if (Array.isArray(value)) return listNode(shape, value, place)
  if (isStruct(value)) return structNode(shape, value, place)
  if (shape.kind === 'list') return ' []'
  if (shape.kind === 'map') return ' {}'
  if (value === null || value === undefined) return ' null'
  return ` ${typeof value === 'string' ? yamlString(value, deeper(place)) : String(value)}`
}

function listNode(shape: Shape, items: readonly unknown[], place: Place): string {
  if (items.length === 0) return ' []'
  const of = shape.kind === 'list' ? shape.of : shape
  const indent = deeper(place)
  return items
    .map(item => `\n${' '.repeat(indent)}-${listItem(node(of, item, { indent, inList: true }))}`)
    .join('')
}

/** The first line of a struct in a list stands beside the dash. */
const listItem = (written: string): string => written.replace(/^\n +/, ' ')

function structNode(shape: Shape, value: Struct, place: Place): string {
  const entries = entriesOf(shape, value)
  if (entries.length === 0) return ' {}'
  const indent = deeper(place)
  const margin = `\n${' '.repeat(indent)}`
  return entries
    .map(([key, of, member]) => `${margin}${key}:${node(of, member, { indent, inList: false })}`)
    .join('')
}

function entriesOf(shape: Shape, value: Struct): readonly (readonly [string, Shape, unknown])[] {
  if (shape.kind === 'object') {
    return shape.fields.map(([name, of]) => [goField(name), of, value[name]] as const)
  }
  const of = shape.kind === 'map' ? shape.of : shape
  return Object.keys(value)
    .sort(naturally)
    .map(name => [yamlString(name, 0, true), of, value[name]] as const)
}

/** Numbers inside of keys count as numbers: 10.0.0.9 comes before 10.0.0.10. */
function naturally(a: string, b: string): number {
  const left = a.match(/\d+|\D/g) ?? []
  const right = b.match(/\d+|\D/g) ?? []
  const index = left.findIndex((part, at) => part !== right[at])
  if (index < 0) return left.length - right.length
  const [one = '', other = ''] = [left[index], right[index]]
  const difference = Number(one) - Number(other)
  if (difference) return difference
  return one < other ? -1 : 1
}

/** `k8s-api-versions` is K8sAPIVersions in Go, and `k8sapiversions` in YAML. */
const goField = (name: string): string => name.replaceAll('-', '').toLowerCase()

/** Inside a list the content begins behind the dash; elsewhere at the next multiple of four. */
const deeper = ({ indent, inList }: Place): number => {
  if (indent < 0) return 0
  return inList ? indent + 2 : 4 * (Math.floor(indent / 4) + 1)
}
