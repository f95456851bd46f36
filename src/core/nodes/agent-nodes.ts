import { isDeepStrictEqual } from 'node:util'
import * as v from 'valibot'
import type { Node, NodeList, NodeName } from '../model/node.ts'
import { toldElement, toldName } from './elements.ts'
import { isObject, maxNodes } from './shapes.ts'
import { printable, quoted } from './text.ts'

/** What the agent has told so far, and under which number it knows us. */
export interface Told {
  /** 63 bits, so never a JavaScript number. */
  readonly clientId: string
  readonly list: NodeList
  /** What of the list was left out. */
  readonly faults: readonly Fault[]
}

export interface Fault {
  readonly node: string
  readonly text: string
}

/** The number of a client that the agent does not know yet: it answers with the whole list. */
export const strangerId = '0'

export interface Change {
  readonly clientId: string
  readonly self: NodeName | undefined
  readonly added: readonly Node[]
  readonly removed: readonly string[]
  readonly faults: readonly Fault[]
}

const elements = v.pipe(
  v.nullish(v.array(v.unknown()), []),
  v.maxLength(maxNodes, `more than ${maxNodes} nodes`),
)
const names = v.pipe(
  elements,
  v.array(v.object({ name: v.string() })),
  v.transform(removed => removed.map(({ name }) => name)),
)
const self = v.optional(v.fallback(v.optional(toldName), undefined))

const clusterNodes = v.pipe(
  v.object({
    'client-id': v.nullish(v.pipe(v.string(), v.regex(/^-?\d{1,19}$/)), strangerId),
    self,
    'nodes-added': elements,
    'nodes-removed': names,
  }),
  v.transform(
    (answer): Change => ({
      clientId: answer['client-id'],
      self: answer.self,
      removed: answer['nodes-removed'],
      ...nodesOf(answer['nodes-added']),
    }),
  ),
)

/** Cilium 1.5 tells the whole list each time. */
const agentHealth = v.pipe(
  v.object({ cluster: v.pipe(v.custom(isObject), v.object({ self, nodes: elements })) }),
  v.transform(
    ({ cluster }): Change => ({
      clientId: strangerId,
      self: cluster.self,
      removed: [],
      ...nodesOf(cluster.nodes),
    }),
  ),
)

export type Shape = v.GenericSchema<unknown, Change>
export const shapes = { clusterNodes, agentHealth } as const satisfies Record<string, Shape>

/** What the agent's answer says, or why it says nothing. */
export function readChange(shape: Shape, text: string): Change | string {
  const data = parseAnswer(text)
  if (data === undefined) return 'the answer is no JSON'
  if (!isObject(data)) return 'the answer is no JSON object'
  const result = v.safeParse(shape, data, { abortEarly: true })
  if (result.success) return result.output
  return printable(`the answer is not understood: ${result.issues[0].message.slice(0, 200)}`)
}

/** JSON, with the client's number kept as it is written. Undefined where it is none. */
export function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text, (key, value, context?: { readonly source?: string }) =>
      key === 'client-id' && typeof value === 'number' ? context?.source : value,
    )
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A node or an address that cannot be read is left out; the others are not its hostages. */
function nodesOf(told: readonly unknown[]): Pick<Change, 'added' | 'faults'> {
  const added: Node[] = []
  const faults: Fault[] = []
  let node = ''
  const tell = (fault: string) => faults.push({ node, text: printable(fault.slice(0, 200)) })
  const schema = toldElement(fault => tell(`${quoted(node)}: ${fault}`))
  for (const element of told) {
    node = isObject(element) && typeof element.name === 'string' ? element.name : ''
    const result = v.safeParse(schema, element, { abortEarly: true })
    if (!result.success) tell(result.issues[0].message)
    else if (result.output.paths.length > 0) added.push(result.output)
  }
  return { added, faults }
}

/**
 * What is known after a change. Under the number that we sent the agent tells only what is new, an
 * updated node as removed and added; under any other it tells all. A node that stays keeps its place,
 * for the agent's own order is random, and what stays the same is shared.
 */
export function follow(told: Told, change: Change): Told {
  const isDelta = told.clientId !== strangerId && change.clientId === told.clientId
  const before = told.list.nodes
  const removed = isDelta ? change.removed : before.map(node => node.name)
  const nodes = nodesAfter(before, removed, change.added)
  const self = change.self ?? (isDelta ? told.list.self : undefined)
  const isSame = self === told.list.self && isEqualList(nodes, before)
  return {
    clientId: change.clientId,
    list: isSame ? told.list : { nodes, ...(self === undefined ? {} : { self }) },
    faults: [...(isDelta ? faultsLeft(told, change) : []), ...change.faults],
  }
}

/** Those of nodes of which nothing new was told. */
function faultsLeft({ faults }: Told, { removed, added, faults: found }: Change) {
  const renewed = new Set([
    ...removed,
    ...added.map(({ name }) => name),
    ...found.map(({ node }) => node),
  ])
  return faults.filter(({ node }) => !renewed.has(node))
}

function nodesAfter(
  before: readonly Node[],
  removed: readonly string[],
  added: readonly Node[],
): readonly Node[] {
  const nodes = new Map<string, Node>(before.map(node => [node.name, node]))
  const stays = new Set<string>(added.map(node => node.name))
  for (const name of removed) if (!stays.has(name)) nodes.delete(name)
  for (const node of added)
    if (!isDeepStrictEqual(nodes.get(node.name), node)) nodes.set(node.name, node)
  return [...nodes.values()]
}

const isEqualList = (one: readonly Node[], other: readonly Node[]): boolean =>
  one.length === other.length && one.every((node, index) => node === other[index])
