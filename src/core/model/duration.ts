const units: readonly (readonly [string, bigint])[] = [
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
]

/** Writes nanoseconds as Go's time.Duration.String does: `1m46.97s`, `186.95µs`, `0s`; never rounded. */
export function formatGoDuration(ns: bigint | number): string {
  const total = BigInt(ns)
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
  ...Object.fromEntries(units),
}

/** Nanoseconds of a Go duration; undefined where it is none. */
export function parseGoDuration(text: string): bigint | undefined {
  const match = /^([+-]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text.slice(0, 64))
  if (!match) return undefined
  let total = 0n
  for (const [, whole = '0', fraction = '', unit = 's'] of (match[2] ?? '').matchAll(
    /(\d+)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g,
  )) {
    const size = scale[unit] ?? 0n
    total += BigInt(whole) * size
    total +=
      (BigInt(`${fraction.slice(0, 18) || '0'}`) * size) /
      10n ** BigInt(Math.min(fraction.length, 18))
  }
  return match[1] === '-' ? -total : total
}
