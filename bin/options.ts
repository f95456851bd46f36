import { isIP } from 'node:net'
import { InvalidArgumentError } from 'commander'
import { parseGoDuration } from '../src/core/model/duration.ts'

/** A time span above nothing: `500ms`, `1m30s`, or plain seconds as Cilium's `--interval` takes them. */
export function durationMs(text: string): number {
  const ns = parseGoDuration(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text)
  if (ns === undefined || ns <= 0n) {
    throw new InvalidArgumentError('a time span looks like 500ms, 10s or 1m30s.')
  }
  return Number(ns) / 1e6
}

/** A whole number within bounds. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`a whole number from ${min} to ${max} is wanted.`)
    }
    return value
  }

/** Collects an option that may be given several times. */
export const each = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]

/** Joins lists that may be given several times. */
export const joined = (value: string, before?: string): string =>
  before === undefined ? value : `${before},${value}`

/** A value that is given once. */
export function single(value: string, before?: string): string {
  if (before === undefined) return value
  throw new InvalidArgumentError(`it is the second one, after '${before}'.`)
}

/** Collects addresses to listen on: `0.0.0.0` and `::` are all of their family. */
export function eachAddress(value: string, before?: readonly string[]): readonly string[] {
  if (isIP(value) === 0) throw new InvalidArgumentError('it is no IP address.')
  return each(value, before)
}
