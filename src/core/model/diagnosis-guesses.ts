import type { Found, Shape } from './diagnosis-finding.ts'
import { layerOf } from './diagnosis-layer.ts'
import type { Ledger } from './diagnosis-ledger.ts'
import type { Scope } from './diagnosis-scope.ts'
import type { LaneMask } from './mesh.ts'

interface Guess {
  readonly shape: Shape
  readonly scope: Scope
  /** Its names, so that the order of the nodes decides nothing. */
  readonly key: string
}

interface Candidate extends Guess {
  readonly mask: LaneMask
  readonly weight: number
}

/** Claims the heaviest scope again and again. Claims only make others lighter, never heavier. */
export function largest(ledger: Ledger, options: { readonly wholeGroups: boolean }): Found[] {
  const found: Found[] = []
  const heap = candidates(ledger, options)
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

/** Of two that explain as much, the narrower one is to be believed. */
const lightestFirst = (a: Candidate, b: Candidate) =>
  a.weight - b.weight ||
  narrowness.indexOf(b.shape) - narrowness.indexOf(a.shape) ||
  (a.key < b.key ? 1 : -1)

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

function weighed(ledger: Ledger, { shape, scope, key }: Guess): Candidate {
  const mask = ledger.lanesIn(scope).failing
  return { shape, scope, key, mask, weight: mask === 0 ? 0 : ledger.weigh(scope, mask) }
}

function candidates(
  { seen, groupNames }: Ledger,
  { wholeGroups }: { readonly wholeGroups: boolean },
): Guess[] {
  const pairs = groupNames.flatMap((a, from) =>
    groupNames.flatMap((b, to) => (from === to ? [] : [{ from, to, key: `${a}\n${b}` }])),
  )
  return [
    { shape: 'everywhere', scope: { kind: 'all' }, key: '' },
    ...seen.mesh.nodes.flatMap(({ name }, node) =>
      nodeShapes.map(
        ([shape, way]): Guess => ({
          shape,
          scope: { kind: 'node', node, ...way },
          key: name,
        }),
      ),
    ),
    ...(wholeGroups ? groupNames : []).flatMap((name, group) =>
      groupShapes.map(
        ([shape, way]): Guess => ({
          shape,
          scope: { kind: 'group', group, ...way },
          key: name,
        }),
      ),
    ),
    ...pairs.map(
      ({ from, to, key }): Guess => ({
        shape: 'group-to-group',
        scope: { kind: 'groups', from, to, both: false },
        key,
      }),
    ),
    ...pairs
      .filter(({ from, to }) => from < to)
      .map(
        ({ from, to, key }): Guess => ({
          shape: 'between-groups',
          scope: { kind: 'groups', from, to, both: true },
          key,
        }),
      ),
  ]
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
  const claim = ledger.claim(scope, mask)
  const groups = groupsIn(scope).map(group => ledger.groupNames[group] ?? '')
  const nodes = scope.kind === 'node' ? [scope.node] : []
  return { shape: asked(ledger, shape, scope), layer, nodes, groups, ...claim }
}

const groupsIn = (scope: Scope): readonly number[] => {
  if (scope.kind === 'group') return [scope.group]
  return scope.kind === 'groups' ? [scope.from, scope.to] : []
}

/** A node that nobody reaches, and that cannot be read either, is down rather than filtered. */
function asked({ seen, groupOf }: Ledger, shape: Shape, scope: Scope): Shape {
  const silent = (node: number) => seen.mesh.rows[seen.rowOf[node] ?? -1]?.unread !== undefined
  if (shape === 'no-way-in' && scope.kind === 'node' && silent(scope.node)) return 'node-down'
  if (shape !== 'group-no-way-in' || scope.kind !== 'group') return shape
  const members = [...groupOf.keys()].filter(node => groupOf[node] === scope.group)
  return members.every(silent) ? 'group-down' : shape
}
