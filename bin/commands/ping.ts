import { formatProbeTree } from '../../src/ui/text/status-old.ts'
import { type ClientFlags, clientOf, printSafely } from '../client.ts'

/** Probes now, all nodes or these, and prints every path: Cilium 1.5's tree. */
export async function ping(nodes: readonly string[], flags: ClientFlags): Promise<void> {
  const { response } = await (await clientOf(flags)).putProbe(nodes)
  const wanted = new Set(nodes)
  const shown = (response.nodes ?? []).filter(
    ({ name }) => nodes.length === 0 || wanted.has(name ?? ''),
  )
  await printSafely(formatProbeTree({ ...response, nodes: shown }))
}
