import { setFlagsFromString } from 'node:v8'

/**
 * Left alone V8 keeps up to 200 MB of garbage in a process that lives long. From here on the young
 * generation stays as large as loading made it, and the old one grows by this much at most between
 * collections.
 */
export function boundGarbage({ growthPercent }: { readonly growthPercent: number }): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
}
