import { UserError } from '../errors.ts'
import type { IpAddress, Node, NodeList, Path } from '../model/node.ts'
import type { NodeSource } from '../model/source.ts'
import { parseAddress } from './address.ts'
import { parseName } from './name.ts'
import { quoted } from './text.ts'

/** The nodes of `--node NAME=HOST_IP[,ENDPOINT_IP]`. Throws a UserError that shows the wrong spec. */
export function fixedNodes(specs: readonly string[]): NodeSource {
  const nodes = specs.map(nodeOfSpec)
  const names = new Set<string>()
  for (const { name } of nodes) {
    if (names.has(name)) throw new UserError(`Node ${quoted(name)} is given twice`)
    names.add(name)
  }
  return unchanging(`${countOf(nodes)} given`, { nodes })
}

/** A source whose list never changes. */
export function unchanging(
  label: string,
  list: NodeList,
  close: () => Promise<void> = async () => {},
): NodeSource {
  return {
    label,
    async *watch(signal) {
      if (signal.aborted) return
      yield list
      if (signal.aborted) return
      await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
    },
    close,
  }
}

/** `1 node`, `8 nodes`. */
export const countOf = (nodes: readonly unknown[]): string =>
  `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`

const form = 'Write NAME=HOST_IP or NAME=HOST_IP,ENDPOINT_IP.'

function nodeOfSpec(spec: string): Node {
  const equals = spec.indexOf('=')
  if (equals < 0) throw new UserError(`--node ${quoted(spec)} has no "="`, form)
  const name = parseName(spec.slice(0, equals))
  const [host = '', endpoint, ...more] = spec.slice(equals + 1).split(',')
  if (more.length > 0) throw new UserError(`--node ${quoted(spec)} has too many addresses`, form)
  const hostPath: Path = { node: name, to: 'host', rank: 'primary', ip: addressOf(host) }
  if (endpoint === undefined) return { name, paths: [hostPath] }
  const ip = addressOf(endpoint)
  if (ip === hostPath.ip)
    throw new UserError(`--node ${quoted(spec)} has the same address twice`, form)
  return { name, paths: [hostPath, { node: name, to: 'endpoint', rank: 'primary', ip }] }
}

/** IPv6 may stand in brackets, as in a URL. */
function addressOf(text: string): IpAddress {
  const inBrackets = /^\[([^\]]*:[^\]]*)\]$/.exec(text.trim())
  return parseAddress(inBrackets?.[1] ?? text.trim())
}
