import type { MeshFinding } from '../../../core/model/diagnosis-finding.ts'
import type { MeshRow } from '../../../core/model/mesh.ts'
import { count } from '../format.ts'
import { fill, type Line } from '../line.ts'
import { quietLine, severityMarks } from '../mesh-cell.ts'
import type { MeshLook } from '../mesh-look.ts'
import { clean, cut, cutMiddle, padEnd, wrap } from '../text.ts'
import type { Theme } from '../theme.ts'
import { lostText, retryText } from './header.ts'
import type { Shown } from './shown.ts'

/** The heaviest findings, a line each; of the first one also the next command, where there is room. */
export function findingLines(
  { view: { findings, seen } }: MeshLook,
  { theme }: Shown,
  width: number,
  height: number,
): readonly Line[] {
  const { ellipsis } = theme.glyphs
  const [first] = findings
  if (first === undefined) return [[quietLine(seen.read, theme.glyphs)]]
  const all = findings.slice(0, height).flatMap(finding => wholeLines(finding, theme, width))
  if (all.length <= height) return all
  const whole = wholeLines(first, theme, width)
  const began = whole.length < height ? whole : [briefLine(first, theme, width)]
  const left = height - began.length
  const rest = findings.slice(1)
  if (rest.length === 0 || left <= 0) return began
  const told = rest.length > left ? left - 1 : left
  const more = rest.length - told
  return [
    ...began,
    ...rest.slice(0, told).map(finding => briefLine(finding, theme, width)),
    ...(told < rest.length
      ? [[[cut(`  and ${count(more, 'more finding')}: d`, width, ellipsis), 'dim'] as const]]
      : []),
  ]
}

const briefLine = (finding: MeshFinding, theme: Theme, width: number): Line => [
  markOf(finding, theme),
  [cut(words(finding), width - 2, theme.glyphs.ellipsis)],
]

function wholeLines(finding: MeshFinding, theme: Theme, width: number): readonly Line[] {
  const { ellipsis } = theme.glyphs
  const { command, on } = finding.next
  const where = on === undefined ? '' : ` (on ${on})`
  const [first = '', ...rest] = wrap(words(finding), width - 2, ellipsis)
  const next = wrap(cleaned(`next: ${command}${where}`), width - 2, ellipsis)
  return [
    [markOf(finding, theme), [first]],
    ...rest.map((text): Line => [[`  ${text}`]]),
    ...next.map((text): Line => [[`  ${text}`, 'info']]),
  ]
}

const markOf = ({ severity }: MeshFinding, { glyphs }: Theme) => {
  const { state, tone } = severityMarks[severity]
  return [`${glyphs.states[state]} `, tone] as const
}

const words = (finding: MeshFinding) => cleaned(finding.words)

/** They name nodes and groups as sources told them. */
const cleaned = (text: string) => text.split(' ').map(clean).join(' ')

/** Every finding in full, from the selected one on. */
export function findingsPage(
  { view: { findings, seen } }: MeshLook,
  { theme, view }: Shown,
  width: number,
  height: number,
): readonly Line[] {
  const title: Line = [[`What is wrong: ${count(findings.length, 'finding')}`, 'heading']]
  if (findings.length === 0) return [title, [quietLine(seen.read, theme.glyphs)]]
  const at = Math.min(view.mesh.at, findings.length - 1)
  const lines = findings.slice(at, at + height).flatMap((finding, index) => {
    const [first = [], ...rest] = wholeLines(finding, theme, width)
    return [index === 0 ? fill(first, width, 'selected') : first, ...rest]
  })
  return [title, ...lines].slice(0, height)
}

/** Who was asked, in the order of the rows: its node, and whether it told. */
export function sourcesPage(
  { view: { seen } }: MeshLook,
  shown: Shown,
  width: number,
  height: number,
): readonly Line[] {
  const { rows, nodes } = seen.mesh
  const room = Math.max(1, height - 1)
  const at = Math.min(shown.view.mesh.at, rows.length - 1)
  const top = Math.max(0, Math.min(at - (room >> 1), rows.length - room))
  const { ellipsis } = shown.theme.glyphs
  const nameWidth = Math.max(8, Math.min(24, Math.floor(width / 4)))
  const labelWidth = width < roomForLabels ? 0 : Math.min(44, Math.floor(width / 3))
  const labelled = (text: string) => (labelWidth === 0 ? '' : `${padEnd(text, labelWidth)} `)
  const heading = `${padEnd('NODE', nameWidth)} ${labelled('ASKED BY')}STATE`
  return [
    fill([[heading]], width, 'heading'),
    ...rows.slice(top, top + room).map((row, index): Line => {
      const unnamed = nodes[row.node]?.unnamed === true
      const name = unnamed ? '?' : clean(nodes[row.node]?.name ?? '')
      const line: Line = [
        [`${padEnd(cutMiddle(name, nameWidth, ellipsis), nameWidth)} `],
        [labelled(cutMiddle(clean(row.label), labelWidth, ellipsis)), 'dim'],
        row.unread === undefined ? ['read', 'ok'] : [whyUnread(row, shown), 'crit'],
      ]
      return top + index === at ? fill(line, width, 'selected') : line
    }),
  ]
}

/** Narrower screens tell how a source is, not how it is asked. */
const roomForLabels = 40

/** What was never there is not lost. */
function whyUnread({ label, unread = '' }: MeshRow, { sources, nowMs }: Shown): string {
  const place = sources.labels.indexOf(label)
  const snapshot = place < 0 ? undefined : sources.snapshot(place)
  if (snapshot?.feed.kind !== 'lost') return `not read: ${clean(unread)}`
  const { feed, nodes } = snapshot
  return nodes.length === 0
    ? `not reached yet${retryText(feed, nowMs)}: ${clean(feed.reason)}`
    : `not read: lost ${lostText(feed, nowMs)}`
}
