import {
  type Found,
  type MeshFinding,
  type Severity,
  type Shape,
  shapes,
} from './diagnosis-finding.ts'
import { layerWords } from './diagnosis-layer.ts'
import { isHttp, isSendersFault, nextOf } from './diagnosis-next.ts'
import type { Survey } from './mesh-survey.ts'
import type { NodeName } from './node.ts'

/** Puts what was found into words, with its evidence and the next command to run. */
export function tell(found: Found, seen: Survey): MeshFinding {
  const nodes = namesOf(found.nodes, seen)
  const words = [
    sentenceOf(found)({
      ...found,
      names: nodes,
      subject: list(nodes),
      sender: sender(found, seen),
    }),
    found.evidence.failing > 0 ? layerSentence(found) : '',
    pointOfView(found, seen),
  ]
  return {
    shape: found.shape,
    layer: found.layer,
    severity: severityOf(found),
    nodes,
    groups: found.groups,
    members: namesOf(inOrder(found.members ?? [], seen), seen),
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

const namesOf = (nodes: readonly number[], { mesh }: Survey): readonly NodeName[] =>
  nodes.flatMap(node => mesh.nodes[node]?.name ?? [])

const inOrder = (nodes: readonly number[], { rank }: Survey): readonly number[] =>
  nodes.toSorted((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0))

/** ICMP alone is often filtered on purpose. */
const severityOf = ({ shape, layer }: Found): Severity =>
  shapes[shape] === 'critical' && /icmp$/.test(layer) ? 'warning' : shapes[shape]

interface Said extends Found {
  readonly names: readonly NodeName[]
  readonly subject: string
  /** The group that does not get through; of it, the one node that told. */
  readonly sender: string
}

function sender({ groups: [first = ''], example, evidence }: Found, { mesh }: Survey): string {
  const only = evidence.sources === 1 ? mesh.nodes[example?.[0] ?? -1]?.name : undefined
  return only === undefined ? `[${first}]` : `${only} of [${first}]`
}

const sentenceOf = ({ shape, layer }: Found) =>
  (layer === 'all' ? undefined : partly[shape]) ?? sentences[shape]

const sentences: Readonly<Record<Shape, (found: Said) => string>> = {
  everywhere: of => `nobody reaches anybody: ${pairs(of)} fail`,
  'group-down': of => `${group(of)} is down: ${pairs(of)} fail, ${seenOf(of)}`,
  'group-cut-off': of =>
    `${group(of)} is cut off from the rest, while its nodes may reach each other: ${pairs(of)} fail`,
  'group-no-way-out': of => `${of.sender} does not get out: ${pairs(of)} fail`,
  'group-no-way-in': of => `nobody gets in to ${group(of)}: ${pairs(of)} fail`,
  'between-groups': of =>
    `${group(of)} and ${group(of, 1)} do not reach each other: ${pairs(of)} fail`,
  'group-to-group': of => `${of.sender} does not reach ${group(of, 1)}: ${pairs(of)} fail`,
  'node-down': of => `${of.subject} is down or cut off: ${pairs(of)} fail, ${seenOf(of)}`,
  'no-way-out': of => `${of.subject} does not get out: ${pairs(of)} fail`,
  'no-way-in': of => `nobody gets in to ${of.subject}: ${pairs(of)} fail`,
  'agent-restarting': of =>
    `the agent of ${of.subject} is down or restarting: ${pairs(of)} are refused, all else is well`,
  patchy: of => `${of.subject} fails with some, without a pattern: ${pairs(of)}`,
  pair: ({ names: [from, to], evidence, detail }) =>
    evidence.failing > 1
      ? `${from} and ${to} do not reach each other (${detail})`
      : `${from} does not reach ${to} (${detail})`,
  'one-way': ({ names: [from, to], detail }) =>
    `asymmetric: ${from} does not reach ${to} (${detail}), while ${to} reaches ${from}`,
  itself: of => `${of.subject} does not reach itself (${of.detail})`,
  scattered: of => `${of.evidence.failing} more pairs fail, without a pattern`,
  'nothing-read': of => `no source could be read: ${of.detail}`,
  'all-stale': of =>
    `${everybody(of)} answers are old (${of.detail} at least): it is us, or who collects them`,
  'source-stale': of =>
    `the answers of ${of.subject} are old (${of.detail}): its prober stalled, or its clock is behind`,
  'target-stale': of => `nobody probes ${of.subject} any more: it may be leaving`,
  'odd-list': of =>
    `${of.subject} lists ${of.detail} names that nobody else does: its list is old or wrong, they are left out`,
  unread: of => `${of.subject} could not be read: ${of.detail}`,
  leaving: of =>
    of.names.length > 1
      ? `${of.names.length} nodes are joining or leaving, ${of.detail}: ${of.subject}`
      : `${of.subject} is joining or leaving: only ${of.detail}`,
  expected: of =>
    of.names.length > 1
      ? `${of.names.length} nodes, each of which ${of.detail}: ${pairs(of)} fail, as expected: ${of.subject}`
      : `${of.subject} ${of.detail}: ${pairs(of)} fail, as expected`,
}

/** The same, where some of the probes are answered. */
const partly: Partial<Record<Shape, (found: Said) => string>> = {
  everywhere: of => `everybody reaches everybody only in part: ${pairs(of)} fail`,
  'group-down': of =>
    `${group(of)} and all others reach each other only in part: ${pairs(of)} fail`,
  'group-cut-off': of =>
    `${group(of)} and the rest reach each other only in part: ${pairs(of)} fail`,
  'group-no-way-out': of => `${of.sender} reaches the others only in part: ${pairs(of)} fail`,
  'group-no-way-in': of => `${group(of)} is reached only in part: ${pairs(of)} fail`,
  'between-groups': of =>
    `${group(of)} and ${group(of, 1)} reach each other only in part: ${pairs(of)} fail`,
  'group-to-group': of => `${of.sender} reaches ${group(of, 1)} only in part: ${pairs(of)} fail`,
  'node-down': of =>
    `${of.subject} and all others reach each other only in part: ${pairs(of)} fail`,
  'no-way-out': of => `${of.subject} reaches everybody only in part: ${pairs(of)} fail`,
  'no-way-in': of => `${of.subject} is reached only in part: ${pairs(of)} fail`,
  pair: ({ names: [from, to], evidence, detail }) =>
    evidence.failing > 1
      ? `${from} and ${to} reach each other only in part (${detail})`
      : `${from} reaches ${to} only in part (${detail})`,
  'one-way': ({ names: [from, to], detail }) =>
    `asymmetric: ${from} reaches ${to} only in part (${detail}), while ${to} reaches ${from}`,
  itself: of => `${of.subject} reaches itself only in part (${of.detail})`,
}

const pairs = ({ evidence: { failing, known } }: Found) =>
  failing === known ? `${allOf(failing)}` : `${failing} of ${known} pairs`

/** What was seen of it. */
const seenOf = ({ unasked, groups }: Found) => {
  if (!unasked) return 'to it and from it'
  return `to it; its ${groups.length > 0 ? 'daemons' : 'daemon'} cannot be asked`
}

const everybody = ({ nodes, evidence: { sources } }: Found) =>
  nodes.length >= sources ? "everybody's" : `nearly everybody's (${nodes.length} of ${sources})`

const allOf = (count: number) => (count === 1 ? 'the one pair' : `all ${count} pairs`)

const group = ({ groups }: Found, place = 0) => `[${groups[place] ?? ''}]`

const namesTold = 5

const list = (names: readonly string[]) =>
  names.length > namesTold
    ? `${names.slice(0, namesTold).join(', ')} and ${names.length - namesTold} more`
    : names.join(', ')

const unlayered: readonly Shape[] = ['leaving', 'expected', 'agent-restarting', 'scattered']

function layerSentence(found: Found): string {
  const { shape, layer } = found
  if (unlayered.includes(shape)) return ''
  const { what, why } = layerWords[layer]
  const blame = layer === 'all' ? (blames[shape] ?? '') : (egressBlame(found) ?? why)
  return [what, blame === '' ? '' : `likely ${blame}`].filter(Boolean).join(': ')
}

/** What one sender fails to reach by HTTP alone, all others reach: no agent is down. */
const egressBlame = (found: Found) =>
  isSendersFault(found) && isHttp(found)
    ? 'its egress to TCP port 4240: a policy, or a firewall'
    : undefined

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
