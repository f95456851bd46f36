import type { Mesh } from '../../core/model/mesh.ts'
import { type GroupBy, type Grouping, groupsOf } from '../../core/model/mesh-groups.ts'
import { aggregate, type Heading, type Heatmap } from '../../core/model/mesh-heat.ts'
import { type MeshView, viewMesh } from '../../core/model/mesh-view.ts'
import { firstCursor, laneChoices, type MeshChoice } from './mesh-choice.ts'

/** The mesh at one moment, and the map of it that is drawn. */
export interface MeshLook {
  readonly view: MeshView
  readonly map: Heatmap
  readonly by: GroupBy
}

export type LookAtMesh = (choice: MeshChoice, nowMs: number, frozen: boolean) => MeshLook

/** A look takes at most a tenth of the time. */
const looksApart = 10
const leastApartMs = 1000

/** Looks again once a second at most, and at once when something else was asked for. */
export function createMeshLooker(mesh: () => Mesh): LookAtMesh {
  let view: MeshView | undefined
  let asked: MeshChoice | undefined
  let dueAtMs = 0
  let look: { readonly look: MeshLook; readonly inside: MeshChoice['inside'] } | undefined

  return (choice, nowMs, frozen) => {
    if (view === undefined || !isSame(asked, choice) || (nowMs >= dueAtMs && !frozen)) {
      const beganMs = performance.now()
      const now = frozen && view !== undefined ? view.seen.mesh : mesh()
      const { by: groupBy, order, lanes } = choice
      view = viewMesh(now, { groupBy, order, lanes: laneChoices[lanes] })
      asked = choice
      dueAtMs = nowMs + Math.max(leastApartMs, looksApart * (performance.now() - beganMs))
    }
    if (look?.look.view !== view || look.inside !== choice.inside) {
      look = { look: mapped(view, choice), inside: choice.inside }
    }
    return look.look
  }
}

const isSame = (a: MeshChoice | undefined, b: MeshChoice) =>
  a !== undefined && a.by === b.by && a.order === b.order && a.lanes === b.lanes

function mapped(view: MeshView, { inside, order }: MeshChoice): MeshLook {
  const { seen, grouping } = view
  if (inside === undefined) return { view, map: view.heat, by: grouping.by }
  const keep = (row: number, target: number) =>
    isIn(grouping, seen.mesh.rows[row]?.node, inside.row) && isIn(grouping, target, inside.column)
  return {
    view,
    map: aggregate(seen, groupsOf(seen.mesh.nodes, 'none'), { order, keep }),
    by: 'none',
  }
}

const isIn = ({ of, names }: Grouping, node: number | undefined, group: string | undefined) =>
  group === undefined || names[of[node ?? -1] ?? -1] === group

/** Where the cursor is: at its names, or where these were; before the first move, at the worst cell. */
export function cursorOf({ cursor }: MeshChoice, map: Heatmap) {
  const { rows, columns } = map
  if (cursor === firstCursor) {
    const worst = columns.findIndex((_, column) => map.at(0, column).state === rows[0]?.state)
    return { row: Math.min(0, rows.length - 1), column: worst }
  }
  const place = (headings: readonly Heading[], at: number, name: string | undefined) => {
    const own = name === undefined ? -1 : headings.findIndex(heading => heading.name === name)
    return own >= 0 ? own : Math.max(-1, Math.min(at, headings.length - 1))
  }
  return {
    row: place(rows, cursor.row, cursor.rowName),
    column: place(columns, cursor.column, cursor.columnName),
  }
}
