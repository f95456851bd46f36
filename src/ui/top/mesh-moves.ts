import { groupingsFor } from '../../core/model/mesh-groups.ts'
import type { Heading, Heatmap } from '../../core/model/mesh-heat.ts'
import { partnersOf } from '../../core/model/mesh-partners.ts'
import type { NodeName } from '../../core/model/node.ts'
import { laneChoices, type MeshChoice, onNewMap } from './mesh-choice.ts'
import { cursorOf, type MeshLook } from './mesh-look.ts'
import { clamp, inDetail, type Scene, type View } from './view.ts'

type PlaceFrom = (at: number, body: number, length: number) => number
type Change = (view: View, scene: Scene) => View

const changed = (view: View, change: Partial<MeshChoice>): View => ({
  ...view,
  mesh: { ...view.mesh, ...change },
})

/** Moves by rows of the map, or by lines of the list that is open in its place. */
export function selectInMesh(view: View, { mesh, body }: Scene, placeFrom: PlaceFrom): View {
  if (mesh === undefined || view.mesh.pair !== undefined) return view
  if (view.mesh.panel !== 'map') {
    const length = listLengths[view.mesh.panel](mesh, view.mesh)
    return changed(view, { at: clamp(placeFrom(view.mesh.at, body, length), length) })
  }
  const { row, column } = cursorOf(view.mesh, mesh.map)
  return moved(view, mesh.map, placeFrom(row, body, mesh.map.rows.length), column)
}

const listLengths: Readonly<
  Record<Exclude<MeshChoice['panel'], 'map'>, (look: MeshLook, choice: MeshChoice) => number>
> = {
  findings: ({ view }) => view.findings.length,
  sources: ({ view }) => view.seen.mesh.rows.length,
  partners: (look, choice) => partnersIn(look, choice).length,
}

const partnersIn = ({ view }: MeshLook, { line }: MeshChoice) =>
  line === undefined ? [] : partnersOf(view.seen, line)

function moved(view: View, { rows, columns }: Heatmap, toRow: number, toColumn: number): View {
  const within = (to: number, headings: readonly Heading[]) =>
    Math.max(-1, Math.min(to, headings.length - 1))
  const [row, column] = [within(toRow, rows), within(toColumn, columns)]
  const cursor = { row, column, rowName: rows[row]?.name, columnName: columns[column]?.name }
  return changed(view, { cursor })
}

const sideways =
  (step: -1 | 1): Change =>
  (view, { mesh }) => {
    if (mesh === undefined || view.mesh.panel !== 'map' || view.mesh.pair) return view
    const { row, column } = cursorOf(view.mesh, mesh.map)
    return moved(view, mesh.map, row, column + step)
  }

const panel =
  (name: 'findings' | 'sources'): Change =>
  view =>
    changed(view, { panel: view.mesh.panel === name ? 'map' : name, pair: undefined, at: 0 })

const laneNames = Object.keys(laneChoices) as readonly (keyof typeof laneChoices)[]

const after = <Item>(items: readonly Item[], item: Item): Item | undefined =>
  items[(items.indexOf(item) + 1) % items.length]

/** What the keys of the mesh view change. */
export const meshChanges = {
  cellLeft: sideways(-1),
  cellRight: sideways(1),
  findings: panel('findings'),
  sources: panel('sources'),
  groupBy: (view, { mesh }) => ({
    ...view,
    mesh: onNewMap(view.mesh, {
      by: after(
        groupingsFor(mesh?.view.seen.mesh.nodes ?? []),
        view.mesh.by ?? mesh?.view.grouping.by ?? 'none',
      ),
      inside: undefined,
    }),
  }),
  lanes: view => changed(view, { lanes: after(laneNames, view.mesh.lanes) ?? 'all' }),
  meshOrder: view => ({
    ...view,
    mesh: onNewMap(view.mesh, {
      order: view.mesh.order === 'name' ? 'trouble' : 'name',
      inside: view.mesh.inside,
    }),
  }),
  cells: view =>
    changed(view, { cells: view.mesh.cells === 'glyphs' ? 'numbers' : 'glyphs', pair: undefined }),
} satisfies Record<string, Change>

/** One step down: into a block, to a pair, to a node of a source's own table. */
export const openInMesh: Change = (view, scene) => {
  const { mesh } = scene
  if (mesh === undefined) return view
  const { panel: open, pair, at } = view.mesh
  if (pair !== undefined) return openNode(view, scene, pair)
  if (open === 'findings') {
    const example = mesh.view.findings[at]?.example
    return example === undefined ? view : changed(view, { pair: example })
  }
  if (open === 'sources') return openSource(view, scene, mesh.view.seen.mesh.rows[at]?.label)
  if (open === 'partners') return openPartner(view, mesh)
  return openCell(view, mesh)
}

function openCell(view: View, { map, by }: MeshLook): View {
  const at = cursorOf(view.mesh, map)
  const [row, column] = [map.rows[at.row]?.name, map.columns[at.column]?.name]
  if (by === 'none') return openNodes(view, row as NodeName, column as NodeName)
  const inside = {
    ...(row === undefined ? {} : { row }),
    ...(column === undefined ? {} : { column }),
  }
  return { ...view, mesh: onNewMap(view.mesh, { inside }) }
}

/** A pair; of a sum the list of those that it is made of. */
function openNodes(view: View, from: NodeName | undefined, to: NodeName | undefined): View {
  if (from !== undefined && to !== undefined) return changed(view, { pair: { from, to } })
  const node = from ?? to
  if (node === undefined) return view
  const line = { node, way: from === undefined ? 'in' : 'out' } as const
  return changed(view, { panel: 'partners', line, at: 0 })
}

function openPartner(view: View, mesh: MeshLook): View {
  const { line, at } = view.mesh
  const partners = partnersIn(mesh, view.mesh)
  const partner = partners[Math.min(at, partners.length - 1)]
  const other = mesh.view.seen.mesh.nodes[partner?.node ?? -1]?.name
  if (line === undefined || other === undefined) return view
  const [from, to] = line.way === 'out' ? [line.node, other] : [other, line.node]
  return changed(view, { pair: { from, to } })
}

/** The target in the table of the source that speaks for the other end. */
function openNode(view: View, scene: Scene, { from, to }: NonNullable<MeshChoice['pair']>): View {
  const { nodes, rows } = scene.mesh?.view.seen.mesh ?? { nodes: [], rows: [] }
  const row = rows.find(({ node }) => nodes[node]?.name === from)
  const there = openSource(view, scene, row?.label)
  return there === view ? view : inDetail({ ...there, page: 'mesh' }, to)
}

function openSource(view: View, { sources }: Scene, label: string | undefined): View {
  const source = label === undefined ? -1 : sources.indexOf(label)
  return source < 0 ? view : { ...view, page: 'table', source, frozen: undefined }
}

/** One step up; undefined where there is none. */
export function closeInMesh(view: View): View | undefined {
  const { panel: open, pair, inside, lanes } = view.mesh
  if (pair !== undefined) return changed(view, { pair: undefined })
  if (open !== 'map') return changed(view, { panel: 'map' })
  if (inside !== undefined) return { ...view, mesh: onNewMap(view.mesh, { inside: undefined }) }
  return lanes === 'all' ? undefined : changed(view, { lanes: 'all' })
}
