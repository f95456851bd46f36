import { compare } from './jsonpath-compare.ts'
import { printItem } from './jsonpath-print.ts'
import { JsonPathError, parseTemplate, type Step } from './jsonpath-template.ts'
import { anything, type Item, isStruct, type Shape, text } from './shape.ts'

export type JsonPathResult =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** Fills a template as k8s.io/client-go/util/jsonpath does; keys that are missing print nothing. */
export function evaluateJsonPath(template: string, root: Item): JsonPathResult {
  try {
    const run: Run = { blocks: parseTemplate(template), begun: 0, inside: 0, ended: 0, lastEnd: -1 }
    const results = evaluate(run, [root], 0)
    return {
      kind: 'text',
      text: results.map(items => items.map(printItem).join(' ')).join(''),
    }
  } catch (error) {
    if (error instanceof JsonPathError) return { kind: 'failed', reason: error.message }
    throw error
  }
}

interface Run {
  readonly blocks: readonly (readonly Step[])[]
  /** Ranges that were just opened, that we are inside of, and that were just ended. */
  begun: number
  inside: number
  ended: number
  /** The block of the newest end, behind which the range's surroundings go on. */
  lastEnd: number
}

function evaluate(run: Run, current: readonly Item[], from: number): readonly (readonly Item[])[] {
  const results: (readonly Item[])[] = []
  for (let index = from; index < run.blocks.length; index += 1) {
    const items = walk(run, current, run.blocks[index] ?? [])
    if (run.ended > 0 && run.ended <= run.inside) {
      run.ended -= 1
      run.lastEnd = index
      break
    }
    if (run.begun === 0) {
      results.push(items)
      continue
    }
    run.begun -= 1
    results.push(...repeat(run, items, index + 1))
    if (run.lastEnd > index) index = run.lastEnd
  }
  return results
}

/** Without an item the blocks are walked all the same, to find where the range ends. */
function repeat(run: Run, items: readonly Item[], from: number): readonly (readonly Item[])[] {
  run.inside += 1
  const results = items.flatMap(item => evaluate(run, [item], from))
  if (items.length === 0) evaluate(run, [], from)
  run.inside -= 1
  return results
}

const walk = (run: Run, items: readonly Item[], steps: readonly Step[]): readonly Item[] =>
  steps.reduce((reached, step) => take(run, reached, step), items)

function take(run: Run, items: readonly Item[], step: Step): readonly Item[] {
  switch (step.kind) {
    case 'text':
      return [{ shape: text, value: step.text }]
    case 'literal':
      return items.map(() => ({ shape: anything, value: step.value }))
    case 'field':
      return items.flatMap(item => fieldOf(item, step.name))
    case 'all':
      return items.flatMap(childrenOf)
    case 'descend':
      return items.flatMap(withDescendants)
    case 'union':
      return step.parts.flatMap(part => walk(run, items, part))
    case 'slice':
      return items.flatMap(item => sliceOf(item, step))
    case 'filter':
      return items.flatMap(item => filtered(run, item, step))
    case 'word':
      return obey(run, items, step.name)
    default:
      return step satisfies never
  }
}

function obey(run: Run, items: readonly Item[], word: string): readonly Item[] {
  if (word === 'range') {
    run.begun += 1
    return items
  }
  if (word !== 'end') throw new JsonPathError(`unrecognized identifier ${word}`)
  if (run.inside === 0) throw new JsonPathError('not in range, nothing to end')
  run.ended += 1
  return []
}

/** A field by its JSON name, or by the name that it has in Go (`PrimaryAddress`). */
function fieldOf({ shape, value }: Item, name: string): readonly Item[] {
  if (!isStruct(value)) return []
  const goName = /^[A-Z]/.test(name) ? name.toLowerCase() : undefined
  const [key, of] =
    shape.kind === 'object'
      ? (shape.fields.find(([field]) => field === name) ??
        shape.fields.find(([field]) => field.replaceAll('-', '').toLowerCase() === goName) ??
        [])
      : [name, elementShape(shape)]
  return key !== undefined && of && Object.hasOwn(value, key)
    ? [{ shape: of, value: value[key] }]
    : []
}

const elementShape = (shape: Shape): Shape =>
  shape.kind === 'list' || shape.kind === 'map' ? shape.of : anything

function childrenOf({ shape, value }: Item): readonly Item[] {
  if (Array.isArray(value)) return value.map(item => ({ shape: elementShape(shape), value: item }))
  if (!isStruct(value)) return []
  if (shape.kind === 'object') {
    return shape.fields.map(([name, of]) => ({ shape: of, value: value[name] }))
  }
  return Object.keys(value)
    .sort()
    .map(key => ({ shape: elementShape(shape), value: value[key] }))
}

/** Each item that has something inside it, with what is inside; a text has its bytes. */
function withDescendants(item: Item): readonly Item[] {
  const children = childrenOf(item)
  const hasBytes = typeof item.value === 'string' && item.value !== '' && item.shape.kind === 'text'
  return children.length > 0 || hasBytes ? [item, ...children.flatMap(withDescendants)] : []
}

function sliceOf({ shape, value }: Item, slice: Extract<Step, { kind: 'slice' }>): readonly Item[] {
  if (isNil(shape, value)) return []
  const list = elementsOf(shape, value, type => `${type} is not array or slice`)
  const fromEnd = slice.to.value < 0 || (slice.to.value === 0 && slice.to.derived)
  const from =
    slice.from.known && slice.from.value < 0 ? slice.from.value + list.length : slice.from.value
  const to = slice.to.known ? slice.to.value + (fromEnd ? list.length : 0) : list.length
  if (from === to) return []
  checkBounds(from, to, list.length)
  if (slice.step.known && slice.step.value <= 0) throw new JsonPathError('step must be > 0')
  const step = slice.step.known ? slice.step.value : 1
  return list.slice(from, to).filter((_item, index) => index % step === 0)
}

function checkBounds(from: number, to: number, length: number): void {
  const outside = (index: number) =>
    new JsonPathError(`array index out of bounds: index ${index}, length ${length}`)
  if (from >= length || from < 0) throw outside(from)
  if (to > length || to < 0) throw outside(to - 1)
  if (from > to) {
    throw new JsonPathError(`starting index ${from} is greater than ending index ${to}`)
  }
}

function filtered(
  run: Run,
  item: Item,
  filter: Extract<Step, { kind: 'filter' }>,
): readonly Item[] {
  const list = elementsOf(
    item.shape,
    item.value,
    () => `${printItem(item)} is not array or slice and cannot be filtered`,
  )
  return list.filter(element => {
    const lefts = walk(run, [element], filter.left)
    if (filter.operator === 'exists') return lefts.length > 0
    const left = onlyOne(lefts)
    const right = left && onlyOne(walk(run, [element], filter.right))
    return left !== undefined && right !== undefined && compare(left, filter.operator, right)
  })
}

function onlyOne(items: readonly Item[]): Item | undefined {
  if (items.length > 1) throw new JsonPathError('can only compare one element at a time')
  return items[0]
}

/** A nil pointer is passed by; a nil list is an empty one. */
const isNil = (shape: Shape, value: unknown): boolean =>
  value === null && shape.kind !== 'list' && shape.kind !== 'map'

function elementsOf(
  shape: Shape,
  value: unknown,
  complaint: (type: string) => string,
): readonly Item[] {
  if (Array.isArray(value)) return childrenOf({ shape, value })
  if (shape.kind === 'list') return []
  throw new JsonPathError(complaint(typeNames[shape.kind] ?? typeof value))
}

const typeNames: Readonly<Partial<Record<Shape['kind'], string>>> = {
  text: 'string',
  integer: 'int64',
  number: 'float64',
  flag: 'bool',
  object: 'struct',
}
