import { stateTone } from './cells.ts'
import type { Column } from './columns.ts'
import { rtt } from './format.ts'
import type { Span } from './line.ts'
import { type Row, rowNamed } from './rows.ts'
import { mainProbes } from './sparkline.ts'
import { severity } from './state.ts'

/** From where nodes are probed, when both are shown side by side. */
export type Vantage = 'here' | 'daemon'

/** How a node is from there, and its RTT; marked where one reaches it and the other does not. */
export const vantageColumn = (vantage: Vantage, letter: string): Column => ({
  title: vantage.toUpperCase(),
  letter,
  width: 13,
  drop: 3,
  align: 'left',
  cell: (row, _width, { beside }) => {
    const other = beside && rowNamed(beside.board, row.node.name)
    const seen = beside?.vantage === vantage ? other : row
    if (seen === undefined) return ['not listed', 'dim']
    const differs = other !== undefined && (other.state === 'down') !== (row.state === 'down')
    return spanOf(seen, differs ? '!' : ' ')
  },
  rank: row => severity(row.state),
  extra: true,
})

function spanOf(row: Row, mark: string): Span {
  const reply = mainProbes(row).find(({ last }) => last?.kind === 'reply')?.last
  const time = reply?.kind === 'reply' && row.state !== 'down' ? rtt(reply.rttNs) : ''
  return [`${mark}${row.state.toUpperCase().padEnd(5)} ${time}`.trimEnd(), stateTone[row.state]]
}
