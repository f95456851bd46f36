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

/** Kubernetes' labels. */
export type Labels = Readonly<Record<string, string>>

/** What an orchestrator or an operator knows of a node. */
export interface NodeFacts {
  readonly labels?: Labels | undefined
  /** Why its failures are expected: "is being drained". */
  readonly leaving?: string | undefined
}

export interface Node extends NodeFacts {
  readonly name: NodeName
  readonly paths: readonly Path[]
}

/** Kubernetes' well-known label of the zone that a node stands in. */
export const zoneLabel = 'topology.kubernetes.io/zone'

export const zoneOf = ({ labels }: NodeFacts): string | undefined => labels?.[zoneLabel]

/** The facts of a node that is told of by its name alone. */
export type FactsOf = (name: NodeName) => NodeFacts | undefined

export interface NodeList {
  /** The node that we run on, once the source knows it. */
  readonly self?: NodeName
  readonly nodes: readonly Node[]
}
