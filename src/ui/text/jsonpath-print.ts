import { toJson } from './json.ts'
import { type Item, isStruct, type ObjectShape, type Shape, type Struct } from './shape.ts'

/** Lists, maps and embedded structs print as JSON, everything else as Go's `%v`. */
export function printItem({ shape, value }: Item): string {
  if (shape.kind === 'object' && !shape.embedded) return printPointer(shape, value)
  const asJson = shape.kind === 'time' || Array.isArray(value) || isStruct(value)
  if (asJson || shape.kind === 'list' || shape.kind === 'map') return toJson(shape, value)
  if (value === null) return shape.kind === 'any' ? 'null' : '<nil>'
  return String(value)
}

/** Go prints the addresses of what a struct points to. That tells nobody anything: JSON does. */
const printPointer = (shape: ObjectShape, value: unknown): string =>
  isStruct(value) ? (printStruct(shape, value) ?? toJson(shape, value)) : '<nil>'

function printStruct(shape: ObjectShape, value: Struct): string | undefined {
  const fields = shape.fields.map(([name, of]) => printField(of, value[name]))
  return fields.includes(undefined) ? undefined : `{${fields.join(' ')}}`
}

function printField(shape: Shape, value: unknown): string | undefined {
  if (shape.kind === 'list') return printList(shape.of, value)
  if (shape.kind === 'map') return undefined
  if (shape.kind === 'object') return value === null ? '<nil>' : undefined
  return value === null ? '<nil>' : String(value)
}

function printList(of: Shape, value: unknown): string | undefined {
  const items = Array.isArray(value) ? value.map(item => printField(of, item)) : []
  return items.includes(undefined) ? undefined : `[${items.join(' ')}]`
}
