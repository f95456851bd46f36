import {
  type Found,
  type MeshFinding,
  type Severity,
  type Shape,
  shapes,
} from './diagnosis-finding.ts'
import { layerWords } from './diagnosis-layer.ts'
import type { Survey } from './mesh-survey.ts'
import type { NodeName } from './node.ts'

/** Puts what was found into words, with its evidence and the next command to run. */
export function tell(found: Found, seen: Survey): MeshFinding {
  const nodes = namesOf(found, seen)
  const words = [
    sentenceOf(found)({ ...found, names: nodes, subject: list(nodes) }),
    found.evidence.failing > 0 ? layerSentence(found) : '',
    pointOfView(found, seen),
  ]
  return {
    shape: found.shape,
    layer: found.layer,
    severity: severityOf(found),
    nodes,
    groups: found.groups,
    evidence: found.evidence,
    words: words.filter(Boolean).join('; '),
    ...exampleOf(found, seen),
    next: nextOf(found, seen),
  }
}

function exampleOf({ example }: Found, { mesh }: Survey): Pick<MeshFinding, 'example'> {
  const [from, to] = (example ?? []).map(place => mesh.nodes[place]?.name)
  return from === undefined || to === undefined ? {} : { example: { from, to } }
}

function namesOf({ nodes }: Found, { mesh }: Survey): readonly NodeName[] {
  return nodes.flatMap(node => mesh.nodes[node]?.name ?? [])
}

/** ICMP alone is often filtered on purpose. */
const severityOf = ({ shape, layer }: Found): Severity =>
  shapes[shape] === 'critical' && /icmp$/.test(layer) ? 'warning' : shapes[shape]

interface Said extends Found {
  readonly names: readonly NodeName[]
  readonly subject: string
}

const sentenceOf = ({ shape, layer }: Found) =>
  (layer === 'all' ? undefined : partly[shape]) ?? sentences[shape]

const sentences: Readonly<Record<Shape, (found: Said) => string>> = {
  everywhere: of => `nobody reaches anybody: ${pairs(of)} fail`,
  'group-down': of => `${group(of)} is down: ${pairs(of)} fail, to it and from it`,
  'group-cut-off': of =>
    `${group(of)} is cut off from the rest, while its nodes may reach each other: ${pairs(of)} fail`,
  'group-no-way-out': of => `${group(of)} does not get out: ${pairs(of)} fail`,
  'group-no-way-in': of => `nobody gets in to ${group(of)}: ${pairs(of)} fail`,
  'between-groups': of =>
    `${group(of)} and ${group(of, 1)} do not reach each other: ${pairs(of)} fail`,
  'group-to-group': of => `${group(of)} does not reach ${group(of, 1)}: ${pairs(of)} fail`,
  'node-down': of => `${of.subject} is down or cut off: ${pairs(of)} fail, to it and from it`,
  'no-way-out': of => `${of.subject} does not get out: ${pairs(of)} fail`,
  'no-way-in': of => `nobody gets in to ${of.subject}: ${pairs(of)} fail`,
  patchy: of => `${of.subject} fails with some, without a pattern: ${pairs(of)}`,
  pair: ({ names: [from, to], evidence }) =>
    evidence.failing > 1
      ? `${from} and ${to} do not reach each other`
      : `${from} does not reach ${to}`,
  'one-way': ({ names: [from, to] }) =>
    `asymmetric: ${from} does not reach ${to}, while ${to} reaches ${from}`,
  itself: of => `${of.subject} does not reach itself`,
  scattered: of => `${of.evidence.failing} more pairs fail, without a pattern`,
  'nothing-read': of => `no source could be read: ${of.detail}`,
  'all-stale': of =>
    `everybody's answers are old (${of.detail} at least): it is us, or who collects them`,
  'source-stale': of =>
    `the answers of ${of.subject} are old (${of.detail}): its prober stalled, or its clock is behind`,
  'target-stale': of => `nobody probes ${of.subject} any more: it may be leaving`,
  unread: of => `${of.subject} could not be read: ${of.detail}`,
  leaving: of => `${of.subject} is joining or leaving: only ${of.detail}`,
  expected: of => `${of.subject} ${of.detail}: ${pairs(of)} fail, as expected`,
}

/** The same, where some of the probes are answered. */
const partly: Partial<Record<Shape, (found: Said) => string>> = {
  everywhere: of => `everybody reaches everybody only in part: ${pairs(of)} fail`,
  'group-down': of =>
    `${group(of)} and all others reach each other only in part: ${pairs(of)} fail`,
  'group-cut-off': of =>
    `${group(of)} and the rest reach each other only in part: ${pairs(of)} fail`,
  'group-no-way-out': of => `${group(of)} reaches the others only in part: ${pairs(of)} fail`,
  'group-no-way-in': of => `${group(of)} is reached only in part: ${pairs(of)} fail`,
  'between-groups': of =>
    `${group(of)} and ${group(of, 1)} reach each other only in part: ${pairs(of)} fail`,
  'group-to-group': of => `${group(of)} reaches ${group(of, 1)} only in part: ${pairs(of)} fail`,
  'node-down': of =>
    `${of.subject} and all others reach each other only in part: ${pairs(of)} fail`,
  'no-way-out': of => `${of.subject} reaches everybody only in part: ${pairs(of)} fail`,
  'no-way-in': of => `${of.subject} is reached only in part: ${pairs(of)} fail`,
  pair: ({ names: [from, to], evidence }) =>
    evidence.failing > 1
      ? `${from} and ${to} reach each other only in part`
      : `${from} reaches ${to} only in part`,
  'one-way': ({ names: [from, to] }) =>
    `asymmetric: ${from} reaches ${to} only in part, while ${to} reaches ${from}`,
  itself: of => `${of.subject} reaches itself only in part`,
}

const pairs = ({ evidence: { failing, known } }: Found) =>
  failing === known ? `${allOf(failing)}` : `${failing} of ${known} pairs`

const allOf = (count: number) => (count === 1 ? 'the one pair' : `all ${count} pairs`)

const group = ({ groups }: Found, place = 0) => `[${groups[place] ?? ''}]`

const namesTold = 5

const list = (names: readonly string[]) =>
  names.length > namesTold
    ? `${names.slice(0, namesTold).join(', ')} and ${names.length - namesTold} more`
    : names.join(', ')

const unlayered: readonly Shape[] = ['leaving', 'expected', 'patchy', 'scattered']

function layerSentence({ shape, layer }: Found): string {
  if (unlayered.includes(shape)) return ''
  const { what, why } = layerWords[layer]
  const blame = layer === 'all' ? (blames[shape] ?? '') : why
  return [what, blame === '' ? '' : `likely ${blame}`].filter(Boolean).join(': ')
}

/** What is to blame when a shape fails by all lanes. */
const blames: Partial<Record<Shape, string>> = {
  everywhere: 'one change that all nodes share: a policy, a firewall, the port',
  'group-cut-off': 'its uplink, or the routes to it',
  'group-no-way-out': 'its egress: routes, firewall, NAT',
  'group-no-way-in': 'its ingress: firewall, security group, routes',
  'between-groups': 'the link or the routes between them',
  'group-to-group': 'a route or a filter in one direction',
  'no-way-out': 'its egress: routes, firewall, a policy',
  'no-way-in': 'its ingress: firewall, security group, a wrong address',
  'one-way': 'a route or a filter in one direction',
  itself: 'its responder, or its endpoint',
}

/** What one point of view cannot tell is said. */
function pointOfView({ shape, nodes, evidence }: Found, { read, rowOf }: Survey): string {
  if (evidence.failing === 0) return ''
  if (read === 1) return 'seen from one node only: it may be either end'
  const target = shape === 'pair' ? nodes[1] : shape === 'no-way-in' ? nodes[0] : undefined
  return target !== undefined && rowOf[target] === -1
    ? 'it was not asked itself: it may be down'
    : ''
}

function nextOf({ evidence, layer, nodes, example }: Found, seen: Survey): MeshFinding['next'] {
  if (evidence.failing === 0) return { command: `cilium-health hello${labelOf(seen, nodes[0])}` }
  const [from, to = -1] = example ?? []
  const target = seen.mesh.nodes[to]?.name
  const label = labelOf(seen, from)
  if (target === undefined) return { command: `cilium-health status --verbose${label}` }
  if (/^(endpoint|mixed)/.test(layer))
    return { command: 'cilium-dbg monitor --type drop', on: target }
  if (/http$/.test(layer)) return { command: 'cilium-dbg status --verbose', on: target }
  return { command: `cilium-health ping${label} ${argument(target)}` }
}

function labelOf({ mesh, rowOf }: Survey, node: number | undefined): string {
  const label = mesh.rows[rowOf[node ?? -1] ?? -1]?.label
  return label?.includes('://') ? ` -H ${quoted(label)}` : ''
}

/** Names come from outside, and commands are pasted into shells. */
const quoted = (word: string): string =>
  /^[\w][\w./:@=+-]*$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`

/** A word that looks like a flag must be told not to be one. */
const argument = (word: string): string => (word.startsWith('-') ? '-- ' : '') + quoted(word)
