import type { NodeName } from '../model/node.ts'
import { type FindFault, printable, refuse } from './text.ts'

/** A node's name, checked. Throws a UserError that shows the value. */
export function parseName(text: string): NodeName {
  refuse(text, nameFault(text), 'A name is made of letters, digits, "-", "_" and ".".')
  return text as NodeName
}

const longestNode = 253
const longestCluster = 64

/** Kubernetes' rule for node names, and what host names add to it: capitals and underscores. */
const label = '[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?'
const dotted = new RegExp(`^${label}(?:\\.${label})*$`)

/** Why this is neither `node` nor `cluster/node`. */
export const nameFault: FindFault = text => {
  if (text === '') return 'is empty'
  if (text.length > longestCluster + 1 + longestNode) return 'is too long for a node name'
  const [node = '', cluster, ...more] = text.split('/').reverse()
  if (more.length > 0) return 'has more than one cluster'
  if (cluster !== undefined && (cluster.length > longestCluster || !dotted.test(cluster)))
    return 'has no valid cluster name'
  if (node.length > longestNode) return 'is too long for a node name'
  return dotted.test(node) ? undefined : 'is no valid node name'
}

/** Why an agent's name for a node is left out. It knows its cluster better than our rules do. */
export const toldNameFault: FindFault = text => {
  if (text === '') return 'is empty'
  if (text.length > longestCluster + 1 + longestNode) return 'is too long for a node name'
  return printable(text) === text ? undefined : 'has control characters'
}
