import type { Snapshot } from '../../../core/model/snapshot.ts'
import { type ActionId, actionIds, bindingOf, type Group, groups } from '../bindings.ts'
import { stateTone } from '../cells.ts'
import { filterFields } from '../filter-fields.ts'
import { type Keymap, keyName } from '../keys.ts'
import { blank, fill, type Line, lineWidth, plain, rule, type Span, spread } from '../line.ts'
import { legend } from '../mesh-cell.ts'
import { actionsWith } from '../palette.ts'
import { nodeStates } from '../state.ts'
import { clean, padEnd, wrap } from '../text.ts'
import type { Theme } from '../theme.ts'
import type { Search } from '../view.ts'
import { abilitiesOff } from './header.ts'
import type { Shown } from './shown.ts'

const columnWidth = 39
const keyWidthOf = (width: number) => (width < columnWidth ? 9 : 14)
const stateWidth = 10

/** Every key, drawn from their table; then what the words and figures mean. */
export function helpLines(shown: Shown, width: number): readonly Line[] {
  const { dialog } = shown.view
  if (dialog?.kind === 'help' && dialog.search !== undefined) {
    return foundLines(shown, dialog.search, width)
  }
  return [
    ...keyLines(shown.keys, width, shown.sources.labels.length > 1),
    ...wordLines(shown, width),
  ]
}

/** Only what has the text in it: the actions, of which one is chosen, then the other lines. */
function foundLines(shown: Shown, { text, at }: Search, width: number): readonly Line[] {
  const { keys } = shown
  const wanted = text.trim().toLowerCase()
  const actions = actionsWith(text, keys).map((id, place) => {
    const line = keyLine(keys[id], bindingOf(id).title, width)
    return place === at ? fill(line, width, 'selected') : line
  })
  const others = wordLines(shown, width).filter(line => plain(line).toLowerCase().includes(wanted))
  const found = [...actions, ...others]
  return found.length > 0 ? found : [[[`Nothing here has "${text}" in it`]]]
}

function wordLines({ theme, board }: Shown, width: number): readonly Line[] {
  const wrapped = (text: string) =>
    wrap(text, width, theme.glyphs.ellipsis).map((line): Line => [[line]])
  return [
    rule('states', width, theme),
    ...stateLines(theme, width),
    ...wrapped('DOWN the last probe of a path failed  LOSS packets lost in 10 probes'),
    ...wrapped('SLOW the last two RTTs above 3x their own 1 h median, and above 1 ms'),
    ...wrapped('STALE no answer for two intervals and a timeout'),
    rule('columns', width, theme),
    ...wrapped('H-* the node address (underlay)  E-* its health endpoint (overlay, datapath)'),
    ...wrapped(
      'AGENT its answer to HTTP  xBASE RTT / own median  -- no reply  n/a not possible here',
    ),
    ...wrapped('~ in doubt: the prober was late  r sent again, since a packet was lost'),
    rule('filter', width, theme),
    ...wrapped('icmp>5ms !state=ok age>2m (loss>=10% or xbase>3) name=web-* /regex/ word'),
    ...wrapped(`fields: ${filterFields.join(' ')}`),
    rule('mesh', width, theme),
    ...wrapped('a row is a source, a column a target; a cell is the worst probe of its pairs'),
    ...wrapped(legend(theme.glyphs, { expected: 1 })),
    ...offLines(board.snapshot, theme, width),
  ]
}

function stateLines({ glyphs }: Theme, width: number): readonly Line[] {
  const perRow = Math.max(1, Math.floor(width / stateWidth))
  const rows = Math.ceil(nodeStates.length / perRow)
  return Array.from({ length: rows }, (_, row) =>
    nodeStates
      .slice(row * perRow, (row + 1) * perRow)
      .map(
        (state): Span => [
          padEnd(`${glyphs.states[state]} ${state.toUpperCase()}`, stateWidth),
          stateTone[state],
        ],
      ),
  )
}

/** What cannot be probed from here, why, and every way out. */
const offLines = (snapshot: Snapshot, theme: Theme, width: number): readonly Line[] =>
  abilitiesOff(snapshot).flatMap(({ what, why, remedies }) => [
    rule(`${what} is off`, width, theme),
    ...[why, ...remedies.map(remedy => `- ${remedy}`)].flatMap(text =>
      wrap(clean(text), width, theme.glyphs.ellipsis).map((line): Line => [[line]]),
    ),
  ])

function keyLines(keys: Keymap, width: number, several: boolean): readonly Line[] {
  const ids = actionIds.filter(id => several || !needsSeveral(id))
  const blocks = groups.map(group => groupLines(group, ids, keys, width))
  const perRow = Math.max(1, Math.min(3, Math.floor(width / columnWidth)))
  const columns: Line[][] = Array.from({ length: perRow }, () => [])
  for (const block of blocks) {
    const shortest = columns.reduce((a, b) => (b.length < a.length ? b : a))
    shortest.push(...(shortest.length === 0 ? [] : [blank]), ...block)
  }
  const height = Math.max(...columns.map(column => column.length))
  return Array.from({ length: height }, (_, index) =>
    columns.flatMap((column): Line => pad(column[index] ?? blank)),
  )
}

const pad = (line: Line): Line => [
  ...line,
  [' '.repeat(Math.max(0, columnWidth - lineWidth(line)))],
]

/** The mesh of a single source is a row: its keys are worth their place with several. */
const needsSeveral = (id: ActionId): boolean =>
  id === 'previousSource' ||
  id === 'nextSource' ||
  bindingOf(id).pages.every(page => page === 'mesh')

function groupLines(
  group: Group,
  ids: readonly ActionId[],
  keys: Keymap,
  width: number,
): readonly Line[] {
  const own = ids.filter(id => bindingOf(id).group === group)
  const entries = own.map(id => keyLine(keys[id], bindingOf(id).title, width))
  return [[[group, 'heading']], ...entries]
}

const keyLine = (keys: readonly string[], title: string, width: number): Line => {
  const names: Span = [padEnd(keys.map(keyName).join(' '), keyWidthOf(width)), 'bold']
  return [names, [title]]
}

export const helpTitle = ({ theme }: Shown, width: number): Line =>
  spread([['Help', 'bold']], [['/ searches, Esc closes', 'dim']], width, theme)
