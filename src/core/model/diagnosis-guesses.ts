import type { Found, Shape } from './diagnosis-finding.ts'
import { layerOf } from './diagnosis-layer.ts'
import type { Ledger } from './diagnosis-ledger.ts'
import type { Scope } from './diagnosis-scope.ts'
import { type LaneMask, laneCount, laneOf, reasonCode, reasonOfCode } from './mesh.ts'
import type { Survey } from './mesh-survey.ts'

interface Guess {
  readonly shape: Shape
  readonly scope: Scope
  /** Its place among those that explain as much: by the names, whatever the order of the nodes. */
  readonly order: readonly number[]
}

interface Candidate extends Guess {
  readonly mask: LaneMask
  readonly weight: number
}

/** Claims the heaviest scope again and again. Claims only make others lighter, never heavier. */
export function largest(ledger: Ledger): Found[] {
  const found: Found[] = []
  const heap = candidates(ledger)
    .map(each => weighed(ledger, each))
    .filter(({ weight }) => weight > 0)
    .sort(lightestFirst)
  for (let top = heap.pop(); top; top = heap.pop()) {
    const now = weighed(ledger, top)
    const next = heap.at(-1)
    if (next && lightestFirst(now, next) < 0) insert(heap, now)
    else if (now.weight > 0) found.push(claimed(ledger, now))
  }
  return found
}

function insert(heap: Candidate[], candidate: Candidate): void {
  if (candidate.weight === 0) return
  const place = heap.findIndex(each => lightestFirst(each, candidate) > 0)
  heap.splice(place < 0 ? heap.length : place, 0, candidate)
}

function lightestFirst(a: Candidate, b: Candidate): number {
  const place = a.order.findIndex((number, at) => number !== b.order[at])
  return a.weight - b.weight || (b.order[place] ?? 0) - (a.order[place] ?? 0)
}

/** Of two that explain as much, what is known is believed before what is guessed, then the narrower. */
const narrowness: readonly Shape[] = [
  'no-way-out',
  'no-way-in',
  'node-down',
  'group-to-group',
  'between-groups',
  'group-no-way-out',
  'group-no-way-in',
  'group-cut-off',
  'group-down',
  'everywhere',
]

function weighed(ledger: Ledger, { shape, scope, order }: Guess): Candidate {
  const mask = ledger.lanesIn(scope).failing
  return { shape, scope, order, mask, weight: mask === 0 ? 0 : ledger.weigh(scope, mask) }
}

function candidates(ledger: Ledger): Guess[] {
  const { rank, mesh } = ledger.seen
  const guess = (shape: Shape, scope: Scope, by: number, ...key: readonly number[]): Guess => {
    const guessed = ledger.ways[by]?.guessed ? 1 : 0
    return { shape, scope, order: [guessed, narrowness.indexOf(shape), by, ...key] }
  }
  return [
    guess('everywhere', { kind: 'all' }, -1),
    ...mesh.nodes.flatMap((_, node) =>
      nodeShapes.map(([shape, way]) =>
        guess(shape, { kind: 'node', node, ...way }, -1, rank[node] ?? 0),
      ),
    ),
    ...ledger.ways.flatMap(({ names, guessed }, by) =>
      [...names.keys()].flatMap(from => [
        ...(guessed ? [] : groupShapes).map(([shape, way]) =>
          guess(shape, { kind: 'group', by, group: from, ...way }, by, from),
        ),
        ...[...names.keys()].flatMap(to =>
          blocksOf(ledger, by, from, to).map(([shape, both]) =>
            guess(shape, { kind: 'groups', by, from, to, both }, by, from, to),
          ),
        ),
      ]),
    ),
  ]
}

function blocksOf(ledger: Ledger, by: number, from: number, to: number) {
  if (from === to || !ledger.fails(by, from, to)) return []
  const oneWay = [['group-to-group', false]] as const
  return from < to ? [...oneWay, ['between-groups', true] as const] : oneWay
}

const nodeShapes = [
  ['no-way-out', { out: true, in: false }],
  ['no-way-in', { out: false, in: true }],
  ['node-down', { out: true, in: true }],
] as const

const groupShapes = [
  ['group-no-way-out', { out: true, in: false, within: false }],
  ['group-no-way-in', { out: false, in: true, within: false }],
  ['group-cut-off', { out: true, in: true, within: false }],
  ['group-down', { out: true, in: true, within: true }],
] as const

function claimed(ledger: Ledger, { shape, scope, mask }: Candidate): Found {
  const { failing, fine } = ledger.lanesIn(scope)
  const layer = layerOf(failing, fine)
  const { evidence, example } = ledger.claim(scope, mask)
  const nodes = scope.kind === 'node' ? [scope.node] : []
  const { groups, members } = groupsIn(ledger, scope)
  const found = { shape, layer, nodes, groups, members, evidence, example }
  return unasked(ledger.seen, found)
}

function groupsIn({ ways }: Ledger, scope: Scope) {
  if (scope.kind === 'node' || scope.kind === 'all') return { groups: [], members: [] }
  const { names = [], of = new Int32Array(0) } = ways[scope.by] ?? {}
  const groups = scope.kind === 'group' ? [scope.group] : [scope.from, scope.to]
  return {
    groups: groups.map(group => names[group] ?? ''),
    members: [...of.keys()].filter(node => groups.includes(of[node] ?? -1)),
  }
}

/**
 * Whom nobody reaches, and who cannot be read either, is down rather than filtered; but where only
 * the agent's own port refuses, the agent is.
 */
function unasked(seen: Survey, found: Found): Found {
  const { shape, layer, nodes, members = [] } = found
  const row = (node: number) => seen.mesh.rows[seen.rowOf[node] ?? -1]
  const unread = (node: number) => row(node)?.unread !== undefined
  const [node = -1] = nodes
  if (shape === 'group-no-way-in' && layer === 'all' && members.every(unread))
    return { ...found, shape: 'group-down', unasked: true }
  if (shape !== 'no-way-in') return found
  if (layer === 'host-http' && (row(node) === undefined || unread(node)) && refuses(seen, node))
    return { ...found, shape: 'agent-restarting' }
  return layer === 'all' && unread(node) ? { ...found, shape: 'node-down', unasked: true } : found
}

const refused = reasonCode('refused')
const hostHttp = laneOf('host', 'http')

/** Whether everybody who failed was told that nobody listens there. */
const refuses = ({ mesh }: Survey, node: number): boolean =>
  mesh.rows
    .map(({ codes: told }) => told[laneCount * node + hostHttp] ?? 0)
    .every(code => reasonOfCode(code) === undefined || code === refused)
