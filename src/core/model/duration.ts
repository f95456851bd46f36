/**
 * Writes nanoseconds as Go's time.Duration.String does: `1m46.97s`, `186.95µs`, `0s`; every digit,
 * without parts of a nanosecond.
 */
export function formatGoDuration(ns: bigint | number): string {
  const total = BigInt(typeof ns === 'number' ? Math.trunc(ns) : ns)
  const sign = total < 0n ? '-' : ''
  const size = total < 0n ? -total : total
  if (size === 0n) return '0s'
  if (size < 1000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${decimal(size, 1000n)}µs`
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 1_000_000n)}ms`
  const hours = size / 3_600_000_000_000n
  const minutes = (size / 60_000_000_000n) % 60n
  const seconds = decimal(size % 60_000_000_000n, 1_000_000_000n)
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}s`
  return minutes > 0n ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`
}

const decimal = (value: bigint, unit: bigint): string => {
  const digits = unit.toString().length - 1
  const fraction = (value % unit).toString().padStart(digits, '0').replace(/0+$/, '')
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`
}

const scale: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

const longest = 2n ** 63n - 1n

/** Nanoseconds of a Go duration; undefined where it is none, or one that Go cannot hold. */
export function parseGoDuration(text: string): bigint | undefined {
  const [, sign, size = ''] = text.length > 64 ? [] : (whole.exec(text) ?? [])
  if (sign === undefined) return undefined
  let total = 0n
  for (const [, units = '', fraction = '', unit = ''] of size.matchAll(part)) {
    total += scaled(units + fraction, scale[unit] ?? 0n, fraction.length)
  }
  if (total > longest + (sign === '-' ? 1n : 0n)) return undefined
  return sign === '-' ? -total : total
}

const part = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g
const whole = /^([-+]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/

const scaled = (digits: string, unit: bigint, decimals: number): bigint =>
  (BigInt(digits) * unit) / 10n ** BigInt(decimals)
