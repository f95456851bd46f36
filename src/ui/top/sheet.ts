import { firstByteNs, probeKinds } from '../../core/model/probe.ts'
import { staleAfterMs } from '../../core/model/verdict.ts'
import { columnNumbers } from './column-numbers.ts'
import { columnOf } from './columns.ts'
import { kindWords, lastedMs, probesText, whatText } from './event-text.ts'
import { statisticsFor } from './measure.ts'
import { type Row, rowNamed } from './rows.ts'
import type { Shown } from './screens/shown.ts'
import { probeState } from './state.ts'
import { clean } from './text.ts'

/** Undefined where nothing is known. */
export type Cell = string | number | boolean | undefined

/** A view as rows of cells, for files and for the clipboard; the headings tell the units of numbers. */
export interface Sheet {
  readonly title: string
  readonly heading: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** All that the view holds, not only what fits the screen. */
export function sheetOf(shown: Shown): Sheet {
  return { table: tableSheet, mesh: meshSheet, detail: detailSheet, events: eventsSheet }[
    shown.view.page
  ](shown)
}

function tableSheet(shown: Shown): Sheet {
  const ids = exported(shown)
  return {
    title: 'nodes',
    heading: ids.map(id => columnNumbers[id]?.name ?? id.replace('-', '_')),
    rows: shown.order.names.flatMap(name => {
      const row = rowNamed(shown.board, name)
      return row === undefined ? [] : [numberedCells(row, shown)]
    }),
  }
}

/** The same as `rowCells`, with numbers in place of their texts. */
function numberedCells(row: Row, shown: Shown): readonly Cell[] {
  const texts = rowCells(row, shown)
  return exported(shown).map((id, index) => {
    const number = columnNumbers[id]
    return number === undefined ? texts[index] : rounded(number.of(row, shown.nowMs))
  })
}

const rounded = (figure: number | undefined): number | undefined =>
  figure === undefined ? undefined : Math.round(100 * figure) / 100

/** A row's cells, with its whole name. */
export function rowCells(row: Row, shown: Shown): readonly string[] {
  const { nowMs, board, theme } = shown
  const context = { nowMs, staleAfterMs: staleAfterMs(board.snapshot), glyphs: theme.glyphs }
  return exported(shown).map(id => {
    if (id === 'node') return row.name
    const [text] = columnOf(id).cell(row, 60, context)
    return text.replace(/^(~?)--$/, '$1no reply')
  })
}

// A trend is for the eye.
const exported = ({ columns }: Shown) => columns.filter(id => id !== 'trend')

function detailSheet(shown: Shown): Sheet {
  const row = rowNamed(shown.board, shown.view.selected)
  const afterMs = staleAfterMs(shown.board.snapshot)
  const paths = row?.node.paths ?? []
  return {
    title: 'node',
    heading: [
      ...['node', 'to', 'rank', 'ip', 'probe', 'state', 'last_ns', 'p50_ns', 'p95_ns', 'max_ns'],
      ...['jitter_ns', 'sent', 'lost', 'retransmits', 'in_doubt', 'connect_ns', 'first_byte_ns'],
    ],
    rows: paths.flatMap(path =>
      probeKinds.map(kind => {
        const probe = path.probes[kind]
        const { p50Ns, p95Ns, maxNs, jitterNs, ...counts } = statisticsFor(probe.history)
        const last = probe.last?.kind === 'reply' ? probe.last : undefined
        const figures = [
          ...[last?.rttNs, p50Ns, p95Ns, maxNs, jitterNs],
          ...[counts.sent, counts.lost, counts.retransmits, counts.inDoubt],
          ...[last?.connectNs, last && firstByteNs(last)],
        ]
        return [
          ...[row?.name ?? '', path.to, path.rank, clean(path.ip), kind],
          probeState(probe, shown.nowMs, afterMs),
          ...figures.map(rounded),
        ]
      }),
    ),
  }
}

/** The map, a cell a row. */
function meshSheet({ mesh }: Shown): Sheet {
  const map = mesh?.map
  return {
    title: 'mesh',
    heading: ['source', 'target', 'state', 'pairs', 'ok', 'failing', 'stale', 'none', 'p95_ns'],
    rows: (map?.rows ?? []).flatMap((row, at) =>
      (map?.columns ?? []).flatMap((column, index) => {
        const cell = map?.at(at, index)
        if (cell === undefined || cell.pairs === 0) return []
        const { state, pairs, ok, failing, stale, none, p95Ns } = cell
        const figures = [pairs, ok, failing, stale, none, rounded(p95Ns)]
        return [[clean(row.name), clean(column.name), state, ...figures]]
      }),
    ),
  }
}

function eventsSheet({ events, nowMs }: Shown): Sheet {
  return {
    title: 'events',
    heading: [
      'time',
      'severity',
      'event',
      'node',
      'probes',
      'seconds',
      'lasts',
      'maybe_older',
      'what',
      'acknowledged',
    ],
    rows: events.map(event => [
      new Date(event.atMs).toISOString(),
      event.severity,
      kindWords[event.kind],
      event.nodes.map(clean).join(' '),
      probesText(event),
      lastedMs(event, nowMs) / 1000,
      event.endedAtMs === undefined,
      event.maybeOlder === true,
      whatText(event),
      event.acknowledged,
    ]),
  }
}
