import { UserError } from '../../src/core/errors.ts'
import { formatProbeTree } from '../../src/ui/text/status-old.ts'
import { type ClientFlags, clientOf, printSafely } from '../client.ts'

/** Probes now, all nodes or these, and prints every path: Cilium 1.5's tree. */
export async function ping(nodes: readonly string[], flags: ClientFlags): Promise<void> {
  const { response } = await (await clientOf(flags)).putProbe(nodes)
  const wanted = new Set(nodes)
  const shown = (response.nodes ?? []).filter(
    ({ name }) => nodes.length === 0 || wanted.has(name ?? ''),
  )
  if (nodes.length === 0 || shown.length > 0) {
    await printSafely(formatProbeTree({ ...response, nodes: shown }))
  }
  // Cilium's own daemon is not told of them, and answers for all.
  for (const { name = '' } of shown) wanted.delete(name)
  if (wanted.size === 0) return
  throw new UserError(
    `there is no node ${[...wanted].map(name => JSON.stringify(name)).join(', ')}`,
    'Names are as `cilium-health status` tells them.',
  )
}
