import type { Command } from 'commander'
import type { FactsOf } from '../src/core/model/node.ts'

export interface NodeLabelsFlags {
  readonly nodeLabels?: string | undefined
}

/** Adds the flag of `NodeLabelsFlags`. */
export const nodeLabelsFlag = (command: Command): Command =>
  command.option(
    '--node-labels <FILE>',
    'zones and labels of nodes: `kubectl get nodes -o json`, or a map of NODE: ZONE',
  )

/** What the file says of nodes. */
export async function factsAskedFor({ nodeLabels }: NodeLabelsFlags): Promise<FactsOf | undefined> {
  if (nodeLabels === undefined) return undefined
  const { fileLabels } = await import('../src/core/nodes/labels-file.ts')
  return fileLabels(nodeLabels)
}
