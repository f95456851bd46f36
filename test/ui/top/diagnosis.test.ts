import { expect, test } from 'vitest'
import type { IpAddress, NodeName, PathTarget } from '../../../src/core/model/node.ts'
import type { Outcome } from '../../../src/core/model/probe.ts'
import type { PathHealth } from '../../../src/core/model/snapshot.ts'
import { nodeVerdict, pathVerdict } from '../../../src/core/model/verdict.ts'
import { diagnose } from '../../../src/ui/top/diagnosis.ts'
import { boardOf, rowAlone } from '../../../src/ui/top/rows.ts'
import {
  cluster,
  failure,
  nowMs,
  oldMs,
  type Plight,
  probeHealth,
  reply,
} from '../../support/clusters.ts'

test.each<[Plight, string]>([
  ['ok', 'every probe is answered'],
  ['down', 'node or underlay down'],
  ['agent-down', 'agent down'],
  ['endpoint-down', 'overlay or endpoint datapath'],
  ['loss', 'in HTTP to the endpoint only'],
  ['slow', 'the underlay'],
  ['stale', 'says nothing about the node'],
  ['new', 'not probed yet'],
])('a node in the plight "%s" is diagnosed: %s', (plight, text) => {
  const [row] = boardOf(cluster({ nodes: [{ name: 'a', plight }] }), nowMs).rows
  expect(row && diagnose(row, nowMs, oldMs)).toContain(text)
})

const ends: Readonly<Record<string, readonly Outcome[]>> = {
  ok: [],
  slow: [reply(9e6), reply(9e6)],
  loss: [failure('timeout'), reply(1e6)],
  down: [failure('timeout')],
  off: [failure('not-permitted')],
}

const probe = (word: string) =>
  probeHealth([...Array.from({ length: 20 }, () => reply(1e6)), ...(ends[word] ?? [])])

/** A path whose ICMP and HTTP probes end so: `ok slow`. */
function pathOf(to: PathTarget, words: string): PathHealth {
  const [icmp = '', http = ''] = words.split(' ')
  const probes = { icmp: probe(icmp), http: probe(http) }
  const ip = (to === 'host' ? '10.0.0.1' : '10.1.0.1') as IpAddress
  return { node: 'a' as NodeName, to, rank: 'primary', ip, probes, verdict: pathVerdict(probes) }
}

test.each([
  ['slow slow', 'slow ok', 'on host and endpoint alike: the underlay'],
  ['slow ok', 'ok ok', 'on the host path: the underlay, or the node'],
  ['ok ok', 'slow slow', 'endpoint path only: overlay'],
  ['ok slow', 'ok slow', 'responders or TCP, not the underlay'],
  ['ok slow', 'ok ok', 'in HTTP to the host only: its agent'],
  ['ok ok', 'ok slow', 'in HTTP to the endpoint only: its responder, or policy'],
  ['ok loss', 'ok ok', 'probes were lost in HTTP to the host only: its agent'],
  ['ok ok', 'ok loss', 'probes were lost in HTTP to the endpoint only'],
  ['loss ok', 'ok loss', 'probes were lost on host and endpoint alike: the underlay'],
  ['off slow', 'off slow', 'the only probe from here: network or responders'],
  ['off loss', 'off ok', 'the only probe from here: its agent, or the underlay'],
  ['off ok', 'off loss', 'the only probe from here: overlay, endpoint or policy'],
  ['down down', 'down down', 'node or underlay down'],
  ['down down', 'ok down', 'a host firewall or policy'],
  ['off down', 'off down', 'its agent, the node or the underlay'],
  ['ok down', 'ok ok', 'agent down, or its port filtered'],
  ['down ok', 'ok ok', 'ICMP is filtered on the way'],
  ['ok ok', 'down down', 'only the health endpoint fails: overlay'],
  ['off ok', 'off down', 'its responder, or overlay'],
  ['ok ok', 'ok down', 'its responder, or policy'],
  ['ok ok', 'down ok', 'ICMP is filtered'],
])('host %s, endpoint %s (ICMP, HTTP): %s', (host, endpoint, text) => {
  const paths = [pathOf('host', host), pathOf('endpoint', endpoint)]
  const node = { name: 'a' as NodeName, local: false, verdict: nodeVerdict(paths), paths }
  expect(diagnose(rowAlone(node, cluster({ nodes: [] }), nowMs), nowMs, oldMs)).toContain(text)
})
