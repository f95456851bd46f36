import { formatGoDuration, parseGoDuration } from '../../core/model/duration.ts'

/**
 * What a value of Cilium's API is, as its Go types say. Go's encoders print from the type and not
 * from what came: unknown fields vanish, missing ones appear as zero, null or nothing.
 */
export type Shape =
  | {
      readonly kind: 'text' | 'integer' | 'number' | 'flag' | 'maybe' | 'time' | 'duration' | 'any'
    }
  | { readonly kind: 'list'; readonly of: Shape; readonly omitEmpty: boolean }
  | { readonly kind: 'map'; readonly of: Shape }
  | {
      readonly kind: 'object'
      readonly fields: readonly Field[]
      /** Copied for each struct: faster than to add one field after the other. */
      readonly blank: Struct
      /** A value and not a pointer: there even when it was not sent. */
      readonly embedded: boolean
    }

type Field = readonly [name: string, shape: Shape]

/** A value with its type. */
export interface Item {
  readonly shape: Shape
  readonly value: unknown
}

export type ObjectShape = Extract<Shape, { kind: 'object' }>
export type Struct = Readonly<Record<string, unknown>>

/** A shape that remembers what TypeScript calls its filled values; `type` is never set. */
export type Typed<T> = Shape & { readonly type?: T }
export type TypeOf<S> = S extends { readonly type?: infer T } ? Exclude<T, undefined> : never
type TypesOf<F> = { readonly [Name in keyof F]: TypeOf<F[Name]> }

export type Integer = number | bigint

export const text: Typed<string> = { kind: 'text' }
export const integer: Typed<Integer> = { kind: 'integer' }
export const number: Typed<number> = { kind: 'number' }
export const flag: Typed<boolean> = { kind: 'flag' }
/** A pointer to a flag: null says that nobody knows. */
export const maybe: Typed<boolean | null> = { kind: 'maybe' }
export const time: Typed<string> = { kind: 'time' }
export const duration: Typed<string> = { kind: 'duration' }
export const anything: Typed<unknown> = { kind: 'any' }

export const list = <S extends Shape>(of: S): Typed<readonly TypeOf<S>[] | null> => ({
  kind: 'list',
  of,
  omitEmpty: false,
})

/** A list type with a name of its own; Go leaves it out of JSON when it is empty. */
export const namedList = <S extends Shape>(of: S): Typed<readonly TypeOf<S>[] | null> => ({
  kind: 'list',
  of,
  omitEmpty: true,
})

export const map = <S extends Shape>(of: S): Typed<Readonly<Record<string, TypeOf<S>>> | null> => ({
  kind: 'map',
  of,
})

/** Fields in the order of their names, as Cilium's generated types have them. */
export function object<F extends Readonly<Record<string, Shape>>>(
  fields: F,
): ObjectShape & { readonly type?: TypesOf<F> | null } {
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))
  const blank = Object.fromEntries(sorted.map(([name]) => [name, null]))
  return { kind: 'object', fields: sorted, blank, embedded: false }
}

export const embedded = <S extends ObjectShape>(
  shape: S,
): ObjectShape & { readonly type?: NonNullable<TypeOf<S>> } => ({ ...shape, embedded: true })

export const isStruct = (value: unknown): value is Struct =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The struct that Go would have after decoding: every field there, wrong types as zero values. */
export const fillObject = <S extends ObjectShape>(
  shape: S,
  received: unknown,
): NonNullable<TypeOf<S>> =>
  fillFields(shape, isStruct(received) ? received : {}) as NonNullable<TypeOf<S>>

export function fill(shape: Shape, received: unknown): unknown {
  switch (shape.kind) {
    case 'list':
      return Array.isArray(received) ? received.map(item => fill(shape.of, item)) : null
    case 'map':
      return isStruct(received) ? fillEntries(shape.of, received) : null
    case 'object':
      return isStruct(received) || shape.embedded ? fillObject(shape, received) : null
    default:
      return scalars[shape.kind](received)
  }
}

function fillFields(shape: ObjectShape, received: Struct): Struct {
  const struct: Record<string, unknown> = { ...shape.blank }
  for (const field of shape.fields) struct[field[0]] = fill(field[1], received[field[0]])
  return struct
}

const fillEntries = (shape: Shape, received: Struct): Struct =>
  Object.fromEntries(
    Object.entries(received).map(([key, value]) => [key.toWellFormed(), fill(shape, value)]),
  )

type ScalarKind = Exclude<Shape['kind'], 'list' | 'map' | 'object'>

const scalars: Readonly<Record<ScalarKind, (received: unknown) => unknown>> = {
  text: received => (typeof received === 'string' ? received.toWellFormed() : ''),
  integer: wholeNumber,
  number: received => (typeof received === 'number' ? received : 0),
  flag: received => received === true,
  maybe: received => (typeof received === 'boolean' ? received : null),
  time: received => goTime(typeof received === 'string' ? received : ''),
  duration: goDuration,
  any: received => received ?? null,
}

/** Go's int64: a fraction is cut, what is no number is 0. */
export function wholeNumber(received: unknown): number | bigint {
  if (typeof received === 'bigint') return received
  return typeof received === 'number' && Number.isFinite(received) ? Math.trunc(received) : 0
}

function goDuration(received: unknown): string {
  if (typeof received === 'string') return formatGoDuration(parseGoDuration(received) ?? 0n)
  return formatGoDuration(wholeNumber(received))
}

/** RFC 3339 with milliseconds, as go-openapi writes a time; year 1 stands for none. */
export const noTime = '0001-01-01T00:00:00.000Z'

function goTime(received: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/.exec(
    received,
  )
  if (!match || Number.isNaN(Date.parse(received))) return noTime
  const [, day, clock, fraction = '', zone = ''] = match
  const utc = /^(z|[+-]00:00)$/i.test(zone)
  return `${day}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}${utc ? 'Z' : zone}`
}

/** Whether Go's `omitempty` leaves this value out of JSON. */
export function isOmitted(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case 'any':
    case 'time':
      return false
    case 'list':
      return shape.omitEmpty && (!Array.isArray(value) || value.length === 0)
    case 'map':
      return !isStruct(value) || Object.keys(value).length === 0
    case 'object':
      return value === null
    case 'duration':
      return value === '0s'
    case 'maybe':
      return value === null
    default:
      return value === '' || value === 0 || value === 0n || value === false
  }
}
