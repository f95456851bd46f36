import type { Severity } from '../../core/model/diagnosis-finding.ts'
import { groupingsFor, groupsOf } from '../../core/model/mesh-groups.ts'
import { aggregate } from '../../core/model/mesh-heat.ts'
import type { MeshView } from '../../core/model/mesh-view.ts'
import { clock, count } from '../top/format.ts'
import { legend, quietLine } from '../top/mesh-cell.ts'
import { wrap as wrapText } from '../top/text.ts'
import type { Theme, Tone } from '../top/theme.ts'
import { formatGlyphs, formatNumbers, glyphsWidth, numbersWidth } from './mesh-matrix.ts'
import { safeFor } from './safe.ts'

export interface MeshTextOptions {
  /** Columns of the terminal, 20 at least. */
  readonly width: number
  readonly theme: Theme
}

/** The mesh as a text: what it is in sum, what is wrong, and the matrix. Pure. */
export function formatMesh(view: MeshView, options: MeshTextOptions): string {
  const width = Math.max(20, options.width)
  const lines = [
    ...summaryLines(view, width),
    '',
    ...findingLines(view, width, options.theme),
    '',
    ...matrixLines(view, width, options.theme),
  ]
  return `${lines.map(line => line.trimEnd()).join('\n')}\n`
}

/** The same as one of several that follow each other: under a line with the time of day. */
export function formatMeshFrame(view: MeshView, options: MeshTextOptions): string {
  const { line } = options.theme.glyphs
  const title = `${line}${line} ${clock(view.seen.mesh.takenAtMs)} `
  return `${title.padEnd(Math.max(20, options.width), line)}\n${formatMesh(view, options)}\n`
}

function summaryLines({ totals }: MeshView, width: number): readonly string[] {
  const { nodes, sources, unread, pairs, ok, failing, expected, stale, none, asymmetric } = totals
  const going = expected > 0 ? `${expected} failing as expected, ` : ''
  const text = [
    `${count(nodes, 'node')}, ${sources - unread} of ${count(sources, 'source')} read`,
    `${count(pairs, 'pair')}: ${ok} ok, ${failing} failing, ${going}${stale} stale, ${none} without data`,
    `${asymmetric} asymmetric`,
  ].join('; ')
  return wrap(text, width)
}

const mostFindings = 20

function findingLines(
  { findings, seen }: MeshView,
  width: number,
  { paint, glyphs }: Theme,
): readonly string[] {
  if (findings.length === 0) return wrap(quietLine(seen.read, glyphs)[0], width)
  const more = findings.length - mostFindings
  return [
    ...findings.slice(0, mostFindings).flatMap(({ severity, words, next }) => {
      const glyph = glyphs.states[marks[severity].state]
      const [first = '', ...rest] = wrap(safeFor({ terminal: true }, words), width - 2)
      const where = next.on === undefined ? '' : ` (on ${next.on})`
      const command = safeFor({ terminal: true }, `next: ${next.command}${where}`)
      return [
        `${paint(glyph, marks[severity].tone)} ${first}`,
        ...[...rest, ...wrap(command, width - 2)].map(line => `  ${line}`),
      ]
    }),
    ...(more > 0 ? [`  and ${count(more, 'more finding')}`] : []),
  ]
}

const marks = {
  critical: { state: 'down', tone: 'crit' },
  warning: { state: 'loss', tone: 'warn' },
  info: { state: 'new', tone: 'info' },
} as const satisfies Record<Severity, { readonly state: string; readonly tone: Tone }>

/** As fine as fits: numbers, then a glyph a cell, then coarser groups. */
function matrixLines(view: MeshView, width: number, theme: Theme): readonly string[] {
  if (view.heat.rows.length === 0) return []
  const { map, format } = fitting(view, width)
  const what = map.by === 'none' ? 'node' : map.by
  return [
    ...wrap(`by ${what}: rows are sources, columns targets, a cell is the worst lane`, width),
    ...format(map.heat, width, theme),
    ...wrap(legend(theme.glyphs, view.totals), width),
  ]
}

function fitting({ seen, heat, grouping }: MeshView, width: number) {
  const asked = { heat, by: grouping.by }
  if (numbersWidth(heat) <= width) return { map: asked, format: formatNumbers }
  const known = groupingsFor(seen.mesh.nodes)
  const coarser = (['zone', 'prefix', 'cluster'] as const)
    .filter(by => by !== grouping.by && known.includes(by))
    .map(by => ({ heat: aggregate(seen, groupsOf(seen.mesh.nodes, by)), by }))
  const maps = [asked, ...coarser]
  const glyphs = maps.find(
    map => glyphsWidth(map.heat) <= width && map.heat.rows.length <= mostRows,
  )
  if (glyphs) return { map: glyphs, format: formatGlyphs }
  const numbers = maps.find(map => numbersWidth(map.heat) <= width)
  return { map: numbers ?? maps.at(-1) ?? asked, format: formatNumbers }
}

/** A map of glyphs with more rows than this is scrolled out of sight. */
const mostRows = 60

const wrap = (text: string, width: number) => wrapText(text, width, '~')
