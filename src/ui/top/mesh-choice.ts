import { allLanes, type LaneMask, lanesOf } from '../../core/model/mesh.ts'
import type { GroupBy } from '../../core/model/mesh-groups.ts'
import type { MeshLine } from '../../core/model/mesh-partners.ts'
import type { NodeName } from '../../core/model/node.ts'

/** Which probes the mesh is drawn from. */
export const laneChoices = {
  all: allLanes,
  host: lanesOf({ to: 'host' }),
  endpoint: lanesOf({ to: 'endpoint' }),
  icmp: lanesOf({ kind: 'icmp' }),
  http: lanesOf({ kind: 'http' }),
} as const satisfies Record<string, LaneMask>
export type LaneChoice = keyof typeof laneChoices

/** A place in the map. -1 is the line of totals; a name is followed when the order changes. */
export interface MeshCursor {
  readonly row: number
  readonly column: number
  readonly rowName: string | undefined
  readonly columnName: string | undefined
}

/** All that the user chose in the mesh view. */
export interface MeshChoice {
  readonly panel: 'map' | 'findings' | 'sources' | 'partners'
  /** The row or column whose partners are listed. */
  readonly line: MeshLine | undefined
  /** What suits the size without it. */
  readonly by: GroupBy | undefined
  readonly order: 'trouble' | 'name'
  readonly lanes: LaneChoice
  /** What fits without it. */
  readonly cells: 'numbers' | 'glyphs' | undefined
  /** The groups that are looked into, node by node; all of them where one is left out. */
  readonly inside: { readonly row?: string; readonly column?: string } | undefined
  readonly pair: { readonly from: NodeName; readonly to: NodeName } | undefined
  readonly cursor: MeshCursor
  /** The selected line of a list. */
  readonly at: number
}

export const firstCursor: MeshCursor = {
  row: 0,
  column: 0,
  rowName: undefined,
  columnName: undefined,
}

export const firstMesh: MeshChoice = {
  panel: 'map',
  line: undefined,
  by: undefined,
  order: 'trouble',
  lanes: 'all',
  cells: undefined,
  inside: undefined,
  pair: undefined,
  cursor: firstCursor,
  at: 0,
}

/** The same with another map: the cursor begins at its corner, where trouble is. */
export const onNewMap = (choice: MeshChoice, change: Partial<MeshChoice>): MeshChoice => ({
  ...choice,
  ...change,
  panel: 'map',
  pair: undefined,
  cursor: firstCursor,
})
