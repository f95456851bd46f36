import * as v from 'valibot'
import { UserError } from '../errors.ts'
import type { IpAddress, Node, NodeList } from '../model/node.ts'
import { ipAddress, type NodeAddresses, nodeElement, nodeName, nodeOf } from './elements.ts'
import { nodeOfSpec } from './fixed.ts'
import { type Labelled, labelled, labelsIn } from './labels.ts'
import { quoted, shown } from './text.ts'

type Shape = v.GenericSchema<unknown, NodeList>

/** Which of the shapes that a list of nodes may have this data has. Each shape tells its own faults. */
export function shapeOf(data: unknown): Shape {
  if (Array.isArray(data)) return bareList
  if (!isObject(data)) return nothing
  if ('nodes-added' in data) return clusterNodes
  if (isObject(data.cluster) && 'nodes' in data.cluster) return agentHealth
  return isObject(data.nodes) || Array.isArray(data.nodes) ? wrapped : nameMap
}

export const isObject = (data: unknown): data is Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null && !Array.isArray(data)

const nothing = v.pipe(
  v.unknown(),
  v.check(() => false, 'there is no list of nodes here'),
  v.transform((): NodeList => ({ nodes: [] })),
)

export const maxNodes = 100_000

/** One address, or several. */
const addresses = v.lazy(
  (input): v.GenericSchema<unknown, readonly IpAddress[]> =>
    Array.isArray(input)
      ? v.pipe(v.array(ipAddress), v.maxLength(64, 'too many addresses'))
      : v.pipe(
          ipAddress,
          v.transform(ip => [ip]),
        ),
)

const objectFault = (issue: v.StrictObjectIssue): string => {
  if (issue.expected === 'never') return `unknown key ${quoted(String(issue.path?.[0]?.key))}`
  return issue.path
    ? `${quoted(String(issue.path[0].key))} is missing`
    : `${shown(issue.input)} is no node`
}

const ofNode = {
  ...labelled,
  host: v.optional(addresses, []),
  endpoint: v.optional(addresses, []),
  secondary: v.optional(addresses, []),
}

const plainNode = v.pipe(
  v.strictObject({ name: nodeName, ...ofNode }, objectFault),
  v.transform(({ name, ...from }) => nodeOf(name, from, labelsIn(from))),
)

/** In the words of `--node`. */
const spec = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return nodeOfSpec(dataset.value)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      addIssue({ message: error.message })
      return NEVER
    }
  }),
)

const entry = v.pipe(
  v.lazy((input): v.GenericSchema<unknown, Node> => {
    if (typeof input === 'string') return spec
    return isObject(input) && ('primary-address' in input || 'health-endpoint-address' in input)
      ? nodeElement
      : plainNode
  }),
  v.check(node => node.paths.length > 0, 'the node has no address'),
)

const list = v.pipe(
  v.array(v.unknown(), 'the nodes must be a list'),
  v.minLength(1, 'the list of nodes is empty'),
  v.maxLength(maxNodes, `there are more than ${maxNodes} nodes`),
  v.array(entry),
  v.rawCheck(({ dataset, addIssue }) => {
    const seen = new Set<string>()
    if (!dataset.typed) return
    for (const [index, { name }] of dataset.value.entries()) {
      if (seen.has(name)) {
        const item = { type: 'array', origin: 'value', key: index } as const
        const path: [v.ArrayPathItem] = [{ ...item, input: dataset.value, value: name }]
        addIssue({ message: `node ${quoted(name)} is given twice`, path })
      }
      seen.add(name)
    }
  }),
)

const bareList = v.pipe(
  list,
  v.transform((nodes): NodeList => ({ nodes })),
)

const selfName = v.nullish(
  v.lazy((input): v.GenericSchema<unknown, string> => (input === '' ? v.literal('') : nodeName)),
)
const withSelf = (self: string | null | undefined, nodes: readonly Node[]): NodeList =>
  self ? { self: self as Node['name'], nodes } : { nodes }

const clusterNodes = v.pipe(
  v.object({ self: selfName, 'nodes-added': list }),
  v.transform(answer => withSelf(answer.self, answer['nodes-added'])),
)

const agentHealth = v.pipe(
  v.object({ cluster: v.object({ self: selfName, nodes: list }) }),
  v.transform(({ cluster }) => withSelf(cluster.self, cluster.nodes)),
)

/** `[host, endpoint]`, as `--node` has it, or the keys of a plain node. */
const ofName = v.lazy(
  (input): v.GenericSchema<unknown, NodeAddresses & Labelled> =>
    isObject(input)
      ? v.strictObject(ofNode, objectFault)
      : v.pipe(
          addresses,
          v.maxLength(2, 'give a host and an endpoint address, or an object'),
          v.transform(([host, endpoint]) => ({
            host: [host],
            endpoint: [endpoint],
            secondary: [],
          })),
        ),
)

const nameMap = v.pipe(
  v.record(nodeName, ofName),
  v.transform(map => Object.entries(map as Readonly<Record<string, NodeAddresses & Labelled>>)),
  v.minLength(1, 'the list of nodes is empty'),
  v.maxLength(maxNodes, `there are more than ${maxNodes} nodes`),
  v.transform(
    (entries): NodeList => ({
      nodes: entries.map(([name, from]) => nodeOf(name as Node['name'], from, labelsIn(from))),
    }),
  ),
)

const wrapped = v.pipe(
  v.strictObject(
    {
      self: selfName,
      nodes: v.lazy((input): Shape => (Array.isArray(input) ? bareList : nameMap)),
    },
    objectFault,
  ),
  v.transform(({ self, nodes }) => withSelf(self, nodes.nodes)),
)
