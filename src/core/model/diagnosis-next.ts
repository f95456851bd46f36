import type { Found, MeshFinding } from './diagnosis-finding.ts'
import type { Survey } from './mesh-survey.ts'

type Next = MeshFinding['next']

/** The next command to run, and on which node. */
export function nextOf(found: Found, seen: Survey): Next {
  const { evidence, nodes, example } = found
  if (evidence.failing === 0) return { command: `cilium-health hello${labelOf(seen, nodes[0])}` }
  const [from = -1, to = -1] = example ?? []
  const [source, target] = [seen.mesh.nodes[from]?.name, seen.mesh.nodes[to]?.name]
  const label = labelOf(seen, from)
  const look = { command: `cilium-health status --verbose${label}` }
  if (source === undefined || target === undefined) return look
  const isSender = isSendersFault(found)
  if (isByDatapath(found) || (isSender && isHttp(found)))
    return { command: 'cilium-dbg monitor --type drop', on: isSender ? source : target }
  if (isHttp(found)) return { command: 'cilium-dbg status --verbose', on: target }
  // Over TCP a daemon probes for nobody, unless it was told to.
  if (isTcp(rowOf(seen, from)?.label)) return look
  return { command: `cilium-health ping${label} ${argument(target)}` }
}

/** Whether what fails is what one node or group sends, wherever to. */
export const isSendersFault = ({ shape }: Found): boolean =>
  shape === 'no-way-out' || shape === 'group-no-way-out'
export const isHttp = ({ layer }: Found): boolean => /http$/.test(layer)
const isByDatapath = ({ layer }: Found) => /^(endpoint|mixed)/.test(layer)

/** The flags that lead to a node's daemon, and let us in. */
function labelOf(seen: Survey, node: number | undefined): string {
  const row = rowOf(seen, node)
  if (!row?.label.includes('://')) return ''
  const { label, access = [] } = row
  return ['', '-H', quoted(label), ...(isTcp(label) ? access.map(quoted) : [])].join(' ')
}

const rowOf = ({ mesh, rowOf: rows }: Survey, node = -1) => mesh.rows[rows[node] ?? -1]

const isTcp = (label = '') => /^(tcps?|http):/.test(label)

/** Names come from outside, and commands are pasted into shells. */
const quoted = (word: string): string =>
  /^(--[a-z]|\w)[\w./:@=+-]*$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`

/** A word that looks like a flag must be told not to be one. */
const argument = (word: string): string => (word.startsWith('-') ? '-- ' : '') + quoted(word)
