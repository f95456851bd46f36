import { InvalidArgumentError } from 'commander'
import type { Deniable } from '../src/core/api/operations.ts'

const deniable: readonly Deniable[] = ['GetHealthz', 'GetStatus', 'PutStatusProbe']

/** What Cilium's flag of this name leaves allowed: names, or beginnings of names before a `*`. */
export function apisAllowed(list: string): ReadonlySet<Deniable> {
  const allowed = list.split(',').flatMap(word => {
    const name = word.trim()
    const matches = deniable.filter(each =>
      name.endsWith('*') ? each.startsWith(name.slice(0, -1)) : each === name,
    )
    if (matches.length > 0 || name === '') return matches
    throw new InvalidArgumentError(`there is no ${name}; there are ${deniable.join(', ')} and '*'.`)
  })
  return new Set(allowed)
}

/** The others: they answer 403. */
export const apisDenied = (allowed: ReadonlySet<Deniable> | undefined): ReadonlySet<Deniable> =>
  new Set(allowed ? deniable.filter(each => !allowed.has(each)) : [])
