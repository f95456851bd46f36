import { stateNumber } from './mesh.ts'
import { isPair, type Survey } from './mesh-survey.ts'
import type { NodeName } from './node.ts'

/** One line of the matrix: all that a node probes, or all that probe it. */
export interface MeshLine {
  readonly node: NodeName
  readonly way: 'out' | 'in'
}

/** One cell of a line. */
export interface Partner {
  /** The place of the other end among the nodes. */
  readonly node: number
  /** The places of the cell. */
  readonly row: number
  readonly target: number
  readonly state: number
}

/** The cells of a line, trouble first; of the same state in the order of names. */
export function partnersOf(seen: Survey, line: MeshLine): readonly Partner[] {
  const node = seen.mesh.nodes.findIndex(({ name }) => name === line.node)
  const own = seen.rowOf[node] ?? -1
  const cells =
    line.way === 'in'
      ? seen.mesh.rows.map((row, index) => ({ node: row.node, row: index, target: node }))
      : [...seen.mesh.nodes.keys()].map(target => ({ node: target, row: own, target }))
  return cells
    .filter(({ row, target }) => row >= 0 && target >= 0 && isPair(seen, row, target))
    .map(cell => ({ ...cell, state: seen.states[cell.row * seen.width + cell.target] ?? 0 }))
    .sort((a, b) => gravity(b) - gravity(a) || (seen.rank[a.node] ?? 0) - (seen.rank[b.node] ?? 0))
}

/** What is well comes after what nobody knows. */
const gravity = ({ state }: Partner): number => (state === stateNumber.ok ? -1 : state)
