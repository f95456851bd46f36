import { isOmitted, isStruct, type Shape, type Struct } from './shape.ts'

/** JSON as Go's encoding/json writes a filled value; without an indent all on one line. */
export function toJson(shape: Shape, value: unknown, indent = ''): string {
  return write(shape, value, { step: indent, line: indent === '' ? '' : '\n' })
}

interface Layout {
  /** One level of indentation; empty on one line. */
  readonly step: string
  /** A line end and the indentation of where we are. */
  readonly line: string
}

function write(shape: Shape, value: unknown, layout: Layout): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) {
    const of = shape.kind === 'list' ? shape.of : shape
    const items = value.map(item => write(of, item, deeper(layout)))
    return enclose('[', items, ']', layout)
  }
  if (isStruct(value)) {
    const members = membersOf(shape, value).map(
      ([name, of, member]) =>
        `${quote(name)}:${layout.step === '' ? '' : ' '}${write(of, member, deeper(layout))}`,
    )
    return enclose('{', members, '}', layout)
  }
  return typeof value === 'string' ? quote(value) : String(value)
}

/** A struct's fields in order, with those that `omitempty` drops gone; a map's keys sorted. */
function membersOf(shape: Shape, value: Struct): readonly (readonly [string, Shape, unknown])[] {
  if (shape.kind === 'object') {
    return shape.fields
      .map(([name, of]) => [name, of, value[name]] as const)
      .filter(([, of, member]) => !isOmitted(of, member))
  }
  const of = shape.kind === 'map' ? shape.of : shape
  return Object.keys(value)
    .sort()
    .map(name => [name, of, value[name]] as const)
}

const deeper = ({ step, line }: Layout): Layout => ({ step, line: line + step })

const enclose = (open: string, parts: readonly string[], close: string, layout: Layout): string =>
  parts.length === 0
    ? open + close
    : `${open}${deeper(layout).line}${parts.join(`,${deeper(layout).line}`)}${layout.line}${close}`

/** Go also escapes what would mean something inside HTML or JavaScript. */
const quote = (text: string): string =>
  JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
