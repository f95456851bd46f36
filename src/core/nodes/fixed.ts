import { UserError } from '../errors.ts'
import type { IpAddress, Node, NodeList, Path } from '../model/node.ts'
import type { NodeSource } from '../model/source.ts'
import { parseAddress } from './address.ts'
import { parseName } from './name.ts'
import { quoted } from './text.ts'

/**
 * The nodes of `--node NAME=HOST_IP[,ENDPOINT_IP]`. Throws a UserError that shows the wrong spec, and
 * where it stands.
 */
export function fixedNodes(specs: readonly string[], where = '--node'): NodeSource {
  const names = new Set<string>()
  const nodes = specs.map(spec => {
    try {
      const node = nodeOfSpec(spec)
      if (names.has(node.name)) throw new UserError(`${quoted(node.name)} is given twice`)
      names.add(node.name)
      return node
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      throw new UserError(`${where} ${error.message}`, error.hint)
    }
  })
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

/** `NAME=HOST_IP[,ENDPOINT_IP]`. Throws a UserError that begins with what is wrong. */
export function nodeOfSpec(spec: string): Node {
  const refuse = (fault: string): never => {
    throw new UserError(`${quoted(spec)} ${fault}`, form)
  }
  const equals = spec.indexOf('=')
  if (equals < 0) refuse('has no "="')
  if (equals === 0) refuse('has no name before the "="')
  const name = parseName(spec.slice(0, equals))
  const [host = '', endpoint, ...more] = spec.slice(equals + 1).split(',')
  if (host === '' || endpoint === '') refuse('has no address after the "=" or the ","')
  if (more.length > 0) refuse('has too many addresses')
  const hostPath: Path = { node: name, to: 'host', rank: 'primary', ip: addressOf(host) }
  if (endpoint === undefined) return { name, paths: [hostPath] }
  const ip = addressOf(endpoint)
  if (ip === hostPath.ip) refuse('has the same address twice')
  return { name, paths: [hostPath, { node: name, to: 'endpoint', rank: 'primary', ip }] }
}

/** IPv6 may stand in brackets, as in a URL. */
function addressOf(text: string): IpAddress {
  const inBrackets = /^\[([^\]]*:[^\]]*)\]$/.exec(text.trim())
  return parseAddress(inBrackets?.[1] ?? text.trim())
}
