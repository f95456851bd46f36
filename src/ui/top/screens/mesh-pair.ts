import type { MeshFinding } from '../../../core/model/diagnosis-finding.ts'
import {
  type Direction,
  lanes,
  type Mesh,
  type MeshRow,
  pairOf,
  rowOfNode,
} from '../../../core/model/mesh.ts'
import type { NodeName } from '../../../core/model/node.ts'
import { probeKinds } from '../../../core/model/probe.ts'
import type { PathHealth } from '../../../core/model/snapshot.ts'
import { blank, clip, type Line, lineWidth, rule } from '../line.ts'
import { spanMs } from '../measure.ts'
import { laneCellWords } from '../mesh-cell.ts'
import type { MeshLook } from '../mesh-look.ts'
import { clean, cut, cutMiddle, padEnd, widthOf } from '../text.ts'
import type { Tone } from '../theme.ts'
import { chartBlock, shortestMs } from './charts.ts'
import { findingLines } from './mesh-lists.ts'
import type { Shown } from './shown.ts'

/** Two nodes: each direction by path and kind, what is wrong with them, and their history. */
export function pairPage(
  mesh: MeshLook,
  { from, to }: { readonly from: NodeName; readonly to: NodeName },
  shown: Shown,
  width: number,
  height: number,
): readonly Line[] {
  const { seen } = mesh.view
  const [a, b] = [placeOf(seen.mesh, from), placeOf(seen.mesh, to)]
  if (a < 0 || b < 0) return [blank, [['  One of them has left the mesh. Esc goes back.']]]
  const { there, back } = pairOf(seen.mesh, a, b)
  const own = mesh.view.findings.filter(finding => concerns(finding, from, to))
  const about = { ...mesh, view: { ...mesh.view, findings: own } }
  const directions = [
    { seen: there, row: rowOfNode(seen.mesh, a), from, to },
    { seen: back, row: rowOfNode(seen.mesh, b), from: to, to: from },
  ].slice(0, a === b ? 1 : 2)
  const blocks = directions.map(direction => directionLines(direction, width, shown))
  const words = own.length === 0 ? [] : findingLines(about, shown, width, Math.max(2, height >> 2))
  const top = [...beside(blocks, width, shown), ...words]
  const room = height - top.length
  const charted = room < 2 * leastChart ? [worst(directions)] : directions
  const each = Math.floor(room / charted.length)
  if (each < leastChart) return top.slice(0, height)
  return [...top, ...charted.flatMap(chart => historyLines(chart, shown, width, each))]
}

/** What was found between two groups concerns who has an end in each. */
function concerns({ nodes, groups, members }: MeshFinding, from: NodeName, to: NodeName): boolean {
  const inGroups = [from, to].filter(name => members.includes(name)).length
  if (groups.length > 0) return inGroups >= groups.length
  return nodes.includes(from) || nodes.includes(to)
}

const leastChart = 5
const besideWidth = 80

interface Way {
  readonly seen: Direction | undefined
  readonly row: MeshRow | undefined
  readonly from: NodeName
  readonly to: NodeName
}

/** Both names, each cut in its middle where they are too long. */
function titleOf({ from, to }: Way, width: number, { theme }: Shown): string {
  const { ellipsis } = theme.glyphs
  const arrow = ' -> '
  const [a, b] = [clean(from), clean(to)]
  const room = Math.max(2, width - arrow.length)
  const second = Math.max(room >> 1, room - widthOf(a))
  const end = cutMiddle(b, second, ellipsis)
  return cutMiddle(a, room - widthOf(end), ellipsis) + arrow + end
}

const worst = ([there, back]: readonly Way[]): Way =>
  back?.seen?.cell.kind === 'failing' && there?.seen?.cell.kind !== 'failing'
    ? back
    : (there as Way)

/** Both directions side by side where there is room. */
function beside(
  [there = [], back]: readonly (readonly Line[])[],
  width: number,
  { theme }: Shown,
): readonly Line[] {
  if (back === undefined || width < besideWidth) return [...there, ...(back ?? [])]
  const half = halfOf(width)
  const fitted = (line: Line = []) => clip(line, half, theme.glyphs.ellipsis)
  return Array.from({ length: Math.max(there.length, back.length) }, (_, index): Line => {
    const left = fitted(there[index])
    return [...left, [' '.repeat(half + 1 - lineWidth(left))], ...fitted(back[index])]
  })
}

const halfOf = (width: number) => Math.floor((width - 1) / 2)

const placeOf = ({ nodes }: Mesh, name: NodeName) => nodes.findIndex(node => node.name === name)

const unasked = 'nobody was asked there'

function directionLines(way: Way, width: number, shown: Shown): readonly Line[] {
  const { seen } = way
  const { ellipsis } = shown.theme.glyphs
  const own = width < besideWidth ? width : halfOf(width)
  const kind = seen?.cell.kind ?? 'none'
  const state = seen === undefined ? unasked : kind === 'none' ? 'no data' : kind
  const heading: Line = [
    [`${titleOf(way, Math.max(own >> 1, own - widthOf(state) - 2), shown)}: `, 'bold'],
    [state, tones[kind]],
  ]
  if (seen === undefined) return [heading]
  return [
    heading,
    ...seen.lanes.map((cell, index): Line => {
      const lane = lanes[index] ?? lanes[0]
      const words = cut(clean(laneCellWords(cell)), Math.max(1, own - 17), ellipsis)
      return [[`  ${padEnd(`${lane.to} ${lane.kind}`, 14)} `], [words, tones[cell.kind]]]
    }),
  ]
}

const tones = { ok: 'ok', failing: 'crit', stale: 'warn', none: 'dim' } as const satisfies Record<
  string,
  Tone
>

/** The source's own history of the target: of the path that fails, or of the host's. */
function historyLines(way: Way, shown: Shown, width: number, height: number): readonly Line[] {
  const { row, to: target, seen } = way
  // Half of a legend is what it tells of the probes.
  const title = titleOf(way, width >> 1, shown)
  const source = row === undefined ? -1 : shown.sources.labels.indexOf(row.label)
  const node =
    source < 0 ? undefined : shown.sources.snapshot(source).nodes.find(each => each.name === target)
  const path = node?.paths.find(each => each.verdict === 'unreachable') ?? node?.paths[0]
  if (path === undefined || samplesOf(path) < 2) {
    const kept = path === undefined ? 'its source keeps none' : 'only the last answers are kept'
    const why = seen === undefined ? unasked : kept
    return [rule(title, width, shown.theme), [[`  No history: ${why}.`, 'dim']]]
  }
  const histories = Object.values(path.probes).map(({ history }) => history)
  const windowMs = shown.view.windowMs ?? Math.max(shortestMs, spanMs(histories, shown.nowMs))
  const place = { kinds: probeKinds, windowMs, width, height: height - 1 }
  return chartBlock(path, shown, { title: `${title}, ${path.to}`, ...place })
}

const samplesOf = ({ probes }: PathHealth) =>
  Math.max(probes.icmp.history.length, probes.http.history.length)
