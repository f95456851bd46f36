import * as v from 'valibot'
import type { Cluster } from './cluster.ts'

const pageSize = 500
const maxPages = 40

const page = v.object({
  metadata: v.optional(v.object({ continue: v.optional(v.string(), '') }), { continue: '' }),
  items: v.array(v.unknown()),
})

/** The items of a list, page by page; 20,000 at most. Rejects as `Cluster.get` does. */
export async function listAll(
  cluster: Cluster,
  path: string,
  selection: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const found: unknown[] = []
  let more = ''
  for (let pages = 0; pages < maxPages; pages += 1) {
    const query = new URLSearchParams({ ...selection, limit: `${pageSize}` })
    if (more !== '') query.set('continue', more)
    const read = v.safeParse(page, await cluster.get(`${path}?${query}`, signal))
    if (!read.success) throw new Error(`the API server answered ${path} with no list`)
    for (const item of read.output.items) found.push(item)
    more = read.output.metadata.continue
    if (more === '') break
  }
  return found
}
