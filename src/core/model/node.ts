import type { Brand } from './brand.ts'

/** A node's name as Cilium writes it: `node`, or `cluster/node` in a mesh of clusters. */
export type NodeName = Brand<string, 'NodeName'>
/** An IPv4 or IPv6 address in its canonical text form. */
export type IpAddress = Brand<string, 'IpAddress'>

export type PathTarget = 'host' | 'endpoint'
export type PathRank = 'primary' | 'secondary'

/** One address of a node: what Cilium's API calls a path. */
export interface Path {
  readonly node: NodeName
  readonly to: PathTarget
  readonly rank: PathRank
  readonly ip: IpAddress
}

export interface Node {
  readonly name: NodeName
  readonly paths: readonly Path[]
}

export interface NodeList {
  /** The node that we run on, once the source knows it. */
  readonly self?: NodeName
  readonly nodes: readonly Node[]
}
