import { cellAt, rowOfNode } from '../../../core/model/mesh.ts'
import { count } from '../format.ts'
import { blank, type Line, lineWidth, parts, type Span, spread } from '../line.ts'
import { cellWords, sumWords } from '../mesh-cell.ts'
import { type LaneChoice, laneChoices } from '../mesh-choice.ts'
import { cursorOf, type MeshLook } from '../mesh-look.ts'
import { clean, cutMiddle } from '../text.ts'
import { clockSpans, sourceSpans } from './header.ts'
import { menuLines } from './menus.ts'
import { findingLines, findingsPage, sourcesPage } from './mesh-lists.ts'
import { mapHeight, mapLines } from './mesh-map.ts'
import { pairPage } from './mesh-pair.ts'
import { partnersPage } from './mesh-partners.ts'
import type { Shown } from './shown.ts'

/** Who sees whom: what it comes to, what is wrong, and the map; `height` rows at most. */
export function meshPage(shown: Shown, width: number, height: number): readonly Line[] {
  const { mesh } = shown
  const header = [
    titleLine(shown, width),
    ...(mesh && height > 6 ? [summary(mesh, shown, width)] : []),
  ]
  const room = height - header.length
  const menu = menuLines(shown, width, room)
  if (menu !== undefined) return [...header, ...menu]
  if (mesh === undefined || mesh.view.seen.mesh.nodes.length === 0) {
    return [...header, blank, [['  Nobody has told of any node yet. Sources: o']]]
  }
  return [...header, ...bodyLines(mesh, shown, width, room)]
}

function bodyLines(mesh: MeshLook, shown: Shown, width: number, room: number): readonly Line[] {
  const { panel, pair, line } = shown.view.mesh
  if (pair !== undefined) return pairPage(mesh, pair, shown, width, room)
  if (panel === 'findings') return findingsPage(mesh, shown, width, room)
  if (panel === 'sources') return sourcesPage(mesh, shown, width, room)
  if (panel === 'partners' && line) return partnersPage(mesh, line, shown, width, room)
  const single = singleLine(mesh, room)
  // The map first, but for a fifth; what it leaves is for the words.
  const spare = room - single.length - mapHeight(mesh)
  const notes = Math.max(1, Math.floor(room / 5), spare)
  const findings = findingLines(mesh, shown, width, notes)
  const above = [...single, ...findings]
  return [...above, ...mapLines(mesh, shown, width, room - above.length)]
}

/** One source has one row, and it cannot know who else is right. */
const singleLine = ({ view }: MeshLook, room: number): readonly Line[] =>
  view.totals.sources > 1 || room < 8
    ? []
    : [[['One source, one row. Ask more of them: top -H URI -H URI ...', 'info']]]

/** Where it is too narrow for all, the title goes first, then the end of the way. */
function titleLine(shown: Shown, width: number): Line {
  const { mesh, view, title, theme } = shown
  const { lanes } = view.mesh
  const right = clockSpans(shown)
  const where = mesh === undefined ? [] : wayDown(mesh, shown)
  const some: readonly Span[] = lanes === 'all' ? [] : [[`${lanes} probes only`, 'warn']]
  if (width < 40) return spread(joined([['mesh', 'bold'], ...some]), right, width, theme)
  const left: readonly Span[] = [
    ...sourceSpans(shown),
    ...some,
    ...where.map((text): Span => [cutMiddle(text, 40, theme.glyphs.ellipsis), 'info']),
  ]
  const whole = joined([[title, 'bold'], ...left])
  const fits = lineWidth(whole) + lineWidth(right) < width
  return spread(fits ? whole : joined(left), right, width, theme)
}

const joined = (spans: readonly Span[]): Line => parts(spans, Number.POSITIVE_INFINITY)

/** From the whole down to what is looked at. */
function wayDown({ view, by }: MeshLook, { view: { mesh } }: Shown): readonly string[] {
  const whole =
    by === 'none' && mesh.inside === undefined ? 'mesh by node' : `mesh by ${view.grouping.by}`
  if (mesh.pair !== undefined) return [whole, 'one pair']
  const { line } = mesh
  if (mesh.panel === 'partners' && line !== undefined) {
    const name = clean(line.node)
    return [whole, line.way === 'out' ? `${name} -> all` : `all -> ${name}`]
  }
  if (mesh.inside === undefined) return [whole]
  const { row = 'all', column = 'all' } = mesh.inside
  return [whole, `${clean(row)} -> ${clean(column)}, by node`]
}

function summary({ view: { totals } }: MeshLook, { theme }: Shown, width: number): Line {
  const { nodes, sources, unread, pairs, ok, failing, expected, stale, none, asymmetric } = totals
  const { states } = theme.glyphs
  return parts(
    [
      [`${sources - unread}/${count(sources, 'source')}`, unread > 0 ? 'warn' : 'plain'],
      [`${states.down} ${failing} failing`, failing > 0 ? 'crit' : 'dim'],
      [`${asymmetric} one way only`, asymmetric > 0 ? 'warn' : 'dim'],
      [`${states.stale} ${stale} stale`, stale > 0 ? 'warn' : 'dim'],
      [`? ${none} no data`, none > 0 ? 'warn' : 'dim'],
      ...(expected > 0 ? [[`~ ${expected} as expected`, 'dim'] as const] : []),
      [`${states.ok} ${ok}`, ok > 0 ? 'ok' : 'dim'],
      [count(nodes, 'node')],
      [count(pairs, 'pair')],
    ],
    width,
  )
}

/** Where the cursor is. */
export function meshPlace({ mesh, view }: Shown): string {
  if (mesh === undefined || view.mesh.panel !== 'map' || view.mesh.pair) return ''
  const { row, column } = cursorOf(view.mesh, mesh.map)
  const { rows, columns } = mesh.map
  return `row ${row + 1}/${rows.length} col ${column + 1}/${columns.length}`
}

/** What is under the cursor, in words. */
export function meshWords({ mesh, view }: Shown): string {
  if (mesh === undefined || view.mesh.panel !== 'map' || view.mesh.pair) return ''
  return wordsAt(mesh, cursorOf(view.mesh, mesh.map), view.mesh.lanes)
}

function wordsAt(
  { map, by, view }: MeshLook,
  at: { row: number; column: number },
  lanes: LaneChoice,
): string {
  const [row, column] = [map.rows[at.row], map.columns[at.column]]
  const title = `${row === undefined ? 'all' : clean(row.name)} -> ${
    column === undefined ? 'all' : clean(column.name)
  }: `
  if (row === undefined || column === undefined) {
    const sum = row ?? column
    return sum === undefined ? '' : title + sumWords(sum)
  }
  const cell = map.at(at.row, at.column)
  const { mesh } = view.seen
  const source = by === 'none' ? rowOfNode(mesh, placeOf(view, row.name)) : undefined
  if (source === undefined || cell.pairs !== 1) return title + sumWords(cell)
  return title + cellWords(cellAt(source, placeOf(view, column.name), laneChoices[lanes]))
}

const placeOf = ({ seen }: MeshLook['view'], name: string): number =>
  seen.mesh.nodes.findIndex(node => node.name === name)
