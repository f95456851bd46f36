import type { IpAddress, Node, NodeList, NodeName, Path } from '../../src/core/model/node.ts'
import type { NodeSource } from '../../src/core/model/source.ts'

export const named = (name: string) => name as NodeName

export const path = (node: string, to: Path['to'], ip: string): Path => ({
  node: named(node),
  to,
  rank: 'primary',
  ip: ip as IpAddress,
})

/** A node with a host address, and an endpoint address where one is given. */
export const node = (name: string, host: string, endpoint?: string): Node => ({
  name: named(name),
  paths: [path(name, 'host', host), ...(endpoint ? [path(name, 'endpoint', endpoint)] : [])],
})

export const listOf = (...nodes: readonly Node[]): NodeList => ({
  ...(nodes[0] ? { self: nodes[0].name } : {}),
  nodes,
})

/** A node source that tells what the test hands it. */
export function scriptedNodes(first?: NodeList) {
  const waiting: NodeList[] = first ? [first] : []
  let failure: Error | undefined
  let wake = () => {}
  let tellMissed: ((reason: string) => void) | undefined
  return {
    label: 'scripted',
    closed: false,
    tell(list: NodeList) {
      waiting.push(list)
      wake()
    },
    fail(error: Error) {
      failure = error
      wake()
    },
    /** A try that brings no list. */
    miss: () => tellMissed?.('no answer'),
    async *watch(signal: AbortSignal, missed?: (reason: string) => void) {
      tellMissed = missed
      signal.addEventListener('abort', () => wake(), { once: true })
      while (!signal.aborted) {
        const list = waiting.shift()
        if (list) yield list
        else if (failure) throw failure
        else await new Promise<void>(resolve => (wake = resolve))
      }
    },
    async close() {
      this.closed = true
    },
  } satisfies NodeSource & Record<string, unknown>
}
