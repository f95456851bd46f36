import type { LineCounter, Scalar, YAMLMap } from 'yaml'
import { UserError } from '../errors.ts'
import { jsonPlace } from './json-place.ts'
import { printable, quoted } from './text.ts'

export type DataPath = readonly (string | number)[]

/** JSON or YAML, read, and the way back from a value to its place in the file. */
export interface DataDocument {
  readonly data: unknown
  /** `FILE:LINE:COLUMN` of the value at `path`, or of the nearest thing around it. */
  locate(path: DataPath): Promise<string>
}

/** The YAML reader takes about a second and 100 MB for a MiB. */
const largeLength = 256 * 1024
const maxYamlLength = 8 * 1024 * 1024

/** Reads JSON or YAML, told apart by content. Throws a UserError with file, line and column. */
export async function parseDocument(text: string, file: string): Promise<DataDocument> {
  const large = text.length > largeLength ? tryJson(text, file) : undefined
  if (large === undefined) return await parseYaml(text, file)
  return {
    data: large.data,
    async locate(path) {
      const before = text.slice(0, jsonPlace(text, path)).split('\n')
      return `${file}:${before.length}:${(before.at(-1) ?? '').length + 1}`
    },
  }
}

function tryJson(text: string, file: string): { readonly data: unknown } | undefined {
  try {
    return { data: JSON.parse(text) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    if (text.length <= maxYamlLength) return undefined
    const reason = printable(error.message)
    throw new UserError(`${file} is no JSON: ${reason}`, 'Above 8 MiB it must be JSON, not YAML.')
  }
}

async function parseYaml(text: string, file: string): Promise<DataDocument> {
  const yaml = await import('yaml')
  const lineCounter = new yaml.LineCounter()
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const fail: Fail = (offset, message) => {
    throw new UserError(`${place(offset)}: ${printable(message)}`)
  }
  const { document, data } = orRefuse(file, () => readYaml(yaml, text, lineCounter, fail))
  return {
    data,
    async locate(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const node = document.getIn(path.slice(0, length), true)
        if (yaml.isNode(node) && node.range) return place(node.range[0])
      }
      return place(document.contents?.range?.[0] ?? 0)
    },
  }
}

type Yaml = typeof import('yaml')
type Fail = (offset: number, message: string) => never

function readYaml(yaml: Yaml, text: string, lineCounter: LineCounter, fail: Fail) {
  // The reader's own check for repeated keys compares each with each. This one takes one pass.
  const options = {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
    logLevel: 'error',
  } as const
  const document = yaml.parseDocument(text, options)
  const [error] = document.errors
  if (error?.code === 'RESOURCE_EXHAUSTION') fail(error.pos[0], 'it is nested too deeply')
  if (error?.code === 'MULTIPLE_DOCS') fail(error.pos[0], 'a second document begins: give one')
  if (error) fail(error.pos[0], error.message)
  yaml.visit(document, { Map: (_, map) => refuseRepeatedKeys(yaml, map, fail) })
  return { document, data: document.toJS() as unknown }
}

function refuseRepeatedKeys(yaml: Yaml, map: YAMLMap, fail: Fail): void {
  const seen = new Set<unknown>()
  for (const { key } of map.items) {
    if (!yaml.isScalar(key)) fail(map.range?.[0] ?? 0, 'a key must be a plain text')
    const name = String((key as Scalar).value)
    if (seen.has(name)) fail(key.range?.[0] ?? 0, `${quoted(name)} is given twice`)
    seen.add(name)
  }
}

/** What a document may do to its reader: nest until the stack ends, multiply by aliases. */
function orRefuse<Result>(file: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`${file} is nested too deeply`)
    if (error instanceof ReferenceError)
      throw new UserError(`${file}: ${printable(error.message)}`, 'Write it without aliases.')
    if (error instanceof Error && error.message.startsWith('Merge sources'))
      throw new UserError(`${file}: "<<" merges maps only`)
    throw error
  }
}
