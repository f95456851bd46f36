import { allLanes, type LaneMask, lanesOf } from './mesh.ts'

const host = lanesOf({ to: 'host' })
const endpoint = lanesOf({ to: 'endpoint' })
const icmp = lanesOf({ kind: 'icmp' })
const http = lanesOf({ kind: 'http' })

/**
 * What fails, as far as the rest is known to be well: each goes through another part of the network.
 * The first that fits is taken; `mixed` fits always.
 */
const rules = {
  all: { of: allLanes, others: 0 },
  endpoint: { of: endpoint, others: host },
  host: { of: host, others: endpoint },
  http: { of: http, others: icmp },
  icmp: { of: icmp, others: http },
  'host-icmp': { of: host & icmp, others: allLanes },
  'host-http': { of: host & http, others: allLanes },
  'endpoint-icmp': { of: endpoint & icmp, others: allLanes },
  'endpoint-http': { of: endpoint & http, others: allLanes },
  mixed: { of: allLanes, others: allLanes },
} as const satisfies Record<string, { readonly of: LaneMask; readonly others: LaneMask }>

export type Layer = keyof typeof rules

/** The layer of what fails, where these other lanes are well. */
export function layerOf(failing: LaneMask, fine: LaneMask): Layer {
  const fits = ({ of, others }: { of: LaneMask; others: LaneMask }) =>
    (failing & ~of) === 0 && (fine & ~others) === 0
  return (Object.keys(rules) as Layer[]).find(layer => fits(rules[layer])) ?? 'mixed'
}

interface LayerWords {
  /** What fails, put after a statement that does not say; empty where it needs no word. */
  readonly what: string
  /** What is to blame, as a rule. */
  readonly why: string
}

export const layerWords: Readonly<Record<Layer, LayerWords>> = {
  all: { what: '', why: '' },
  endpoint: {
    what: 'the hosts answer, the health endpoints do not',
    why: 'the overlay (tunnel, routes, MTU), the endpoint datapath, or a policy',
  },
  host: {
    what: 'the endpoints answer, the host addresses do not',
    why: 'a host firewall, or a policy on node addresses',
  },
  http: {
    what: 'ICMP is answered, HTTP is not',
    why: 'TCP port 4240 filtered, a policy, or the agent down',
  },
  icmp: {
    what: 'HTTP is answered, ICMP is not',
    why: 'ICMP filtered: a security group or firewall',
  },
  'host-icmp': { what: 'only ICMP to the host fails', why: 'ICMP filtered at the host' },
  'host-http': {
    what: 'only HTTP to the host fails',
    why: 'the agent down or restarting, or port 4240 filtered at the host',
  },
  'endpoint-icmp': { what: 'only ICMP to the endpoint fails', why: 'a policy on ICMP' },
  'endpoint-http': {
    what: 'only HTTP to the endpoint fails',
    why: "the endpoint's responder, or a policy on port 4240",
  },
  mixed: { what: 'some of the probes fail', why: 'more than one cause' },
}
