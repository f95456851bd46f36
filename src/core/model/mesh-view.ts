import { diagnose } from './diagnosis.ts'
import type { MeshFinding } from './diagnosis-finding.ts'
import { allLanes, type LaneMask, type Mesh } from './mesh.ts'
import { type GroupBy, type Grouping, groupsOf, usualGrouping } from './mesh-groups.ts'
import { aggregate, type Heatmap } from './mesh-heat.ts'
import { type MeshTotals, type Survey, survey, totalsOf } from './mesh-survey.ts'

/** All that a screen or a document needs of the mesh at one moment. */
export interface MeshView {
  readonly seen: Survey
  readonly grouping: Grouping
  readonly heat: Heatmap
  readonly totals: MeshTotals
  readonly findings: readonly MeshFinding[]
}

export interface ViewOptions {
  /** What suits the size without it. */
  readonly groupBy?: GroupBy | undefined
  readonly lanes?: LaneMask
  readonly order?: 'trouble' | 'name'
}

/** Looks at the mesh once. Findings are by all groups that are known, whatever is shown. */
export function viewMesh(mesh: Mesh, options: ViewOptions = {}): MeshView {
  const { order = 'trouble' } = options
  const seen = survey(mesh, options.lanes ?? allLanes)
  const { nodes } = seen.mesh
  const grouping = groupsOf(nodes, options.groupBy ?? usualGrouping(nodes))
  return {
    seen,
    grouping,
    heat: aggregate(seen, grouping, { order }),
    totals: totalsOf(seen),
    findings: diagnose(seen),
  }
}
