import { JsonPathError } from './jsonpath-template.ts'
import type { Item } from './shape.ts'

type Basic = string | number | bigint | boolean

/** Compares as Go's templates do: only basic values, and only of one kind. */
export function compare(left: Item, operator: string, right: Item): boolean {
  const holds = operators[operator]
  if (!holds) throw new JsonPathError(`unrecognized filter operator ${operator}`)
  if (kindOf(left) !== kindOf(right)) throw new JsonPathError('incompatible types for comparison')
  if (kindOf(left) === 'boolean' && !/^[!=]=$/.test(operator)) throw invalidType()
  return holds(left.value as Basic, right.value as Basic)
}

const operators: Readonly<Record<string, (left: Basic, right: Basic) => boolean>> = {
  '==': (left, right) => !(left < right || left > right),
  '!=': (left, right) => left < right || left > right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
}

function kindOf({ shape, value }: Item): string {
  if (shape.kind === 'time' || shape.kind === 'duration') throw invalidType()
  if (typeof value === 'bigint') return 'integer'
  if (typeof value === 'number') {
    return shape.kind !== 'number' && Number.isInteger(value) ? 'integer' : 'number'
  }
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value
  throw invalidType()
}

const invalidType = () => new JsonPathError('invalid type for comparison')
