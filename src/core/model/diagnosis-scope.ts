import type { LaneMask } from './mesh.ts'
import type { Survey } from './mesh-survey.ts'

/** One way to group the nodes: its groups of two nodes and more. */
export interface Groups {
  readonly names: readonly string[]
  /** A node's group; without one, the place after the last. */
  readonly of: Int32Array
  /** Told by what fails alone: what such a group does by itself is no news. */
  readonly guessed: boolean
}

/**
 * Where cells fail together. `by` is the place of the way to group. `out` are the probes that a node or group sends, `in` those sent to
 * it, `within` those between a group's own nodes.
 */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'node'; readonly node: number; readonly out: boolean; readonly in: boolean }
  | {
      readonly kind: 'group'
      readonly by: number
      readonly group: number
      readonly out: boolean
      readonly in: boolean
      readonly within: boolean
    }
  | {
      readonly kind: 'groups'
      readonly by: number
      readonly from: number
      readonly to: number
      readonly both: boolean
    }

/** What was claimed: ordered pairs of nodes, and how many sources had an opinion. */
export interface Evidence {
  readonly failing: number
  readonly known: number
  readonly sources: number
}

/** A source and a target, by their places. */
export type PlacedPair = readonly [from: number, to: number]

/** What a scope had left to explain, with one of its failing pairs: the first by name. */
export interface Claim {
  readonly evidence: Evidence
  readonly example: PlacedPair | undefined
  /** All lanes that failed there, and those that answered where others failed. */
  readonly failing: LaneMask
  readonly fine: LaneMask
}

type Visit = (node: number, target: number, cell: number) => void

/** Visits the cells of a scope; a node's own cell goes with what is sent to it. */
export function eachCell(seen: Survey, ways: readonly Groups[], scope: Scope, visit: Visit): void {
  if (scope.kind === 'node') eachOfNode(seen, scope, visit)
  else eachOfGroups(seen, ways, scope, visit)
}

function eachOfGroups(
  { mesh, width, rowOf }: Survey,
  ways: readonly Groups[],
  scope: WideScope,
  visit: Visit,
): void {
  const groupOf = scope.kind === 'all' ? nowhere : (ways[scope.by]?.of ?? nowhere)
  mesh.rows.forEach(({ node }, row) => {
    const from = groupOf[node] ?? -1
    if (rowOf[node] !== row || !mayHold(scope, from)) return
    for (let target = 0; target < width; target += 1) {
      const cell = row * width + target
      if (holds(scope, from, groupOf[target] ?? -1)) visit(node, target, cell)
    }
  })
}

function eachOfNode(
  { mesh, width, rowOf }: Survey,
  scope: Scope & { readonly kind: 'node' },
  visit: Visit,
): void {
  const { node } = scope
  const own = rowOf[node] ?? -1
  for (let target = 0; scope.out && own >= 0 && target < width; target += 1) {
    if (target !== node) visit(node, target, own * width + target)
  }
  if (!scope.in) return
  mesh.rows.forEach((each, row) => {
    if (rowOf[each.node] === row) visit(each.node, node, row * width + node)
  })
}

const nowhere = new Int32Array(0)

type WideScope = Exclude<Scope, { readonly kind: 'node' }>

/** Whether rows of this group can be in the scope at all. */
const mayHold = (scope: WideScope, from: number): boolean => {
  if (scope.kind === 'groups') return from === scope.from || (scope.both && from === scope.to)
  return scope.kind === 'all' || scope.in || from === scope.group
}

function holds(scope: WideScope, from: number, to: number): boolean {
  if (scope.kind === 'all') return true
  if (scope.kind === 'groups') {
    if (from === scope.from && to === scope.to) return true
    return scope.both && from === scope.to && to === scope.from
  }
  const [leaves, enters] = [from === scope.group, to === scope.group]
  if (leaves && enters) return scope.within
  return (leaves && scope.out) || (enters && scope.in)
}
