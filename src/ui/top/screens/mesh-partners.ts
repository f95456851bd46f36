import { cellAt, cellStates } from '../../../core/model/mesh.ts'
import { type MeshLine, type Partner, partnersOf } from '../../../core/model/mesh-partners.ts'
import { reasonTexts } from '../../../core/model/reason-texts.ts'
import { age, rtt } from '../format.ts'
import { fill, type Line } from '../line.ts'
import { laneWords } from '../mesh-cell.ts'
import { laneChoices } from '../mesh-choice.ts'
import type { MeshLook } from '../mesh-look.ts'
import { clean, cut, cutMiddle, padEnd, padStart } from '../text.ts'
import type { Tone } from '../theme.ts'
import type { Shown } from './shown.ts'

/** Everybody at the other end of a row or column of the mesh, trouble first. */
export function partnersPage(
  { view: { seen } }: MeshLook,
  line: MeshLine,
  shown: Shown,
  width: number,
  height: number,
): readonly Line[] {
  const partners = partnersOf(seen, line)
  const room = Math.max(1, height - 1)
  const at = Math.min(shown.view.mesh.at, partners.length - 1)
  const top = Math.max(0, Math.min(at - (room >> 1), partners.length - room))
  const nameWidth = Math.max(8, Math.min(28, Math.floor(width / 4)))
  const title = line.way === 'out' ? 'TO' : 'FROM'
  const { ellipsis } = shown.theme.glyphs
  const columns = `STATE    ${padStart('RTT', 7)} ${padStart('AGE', 4)}  WHAT FAILS`
  return [
    fill([[`${padEnd(title, nameWidth)} ${columns}`]], width, 'heading'),
    ...partners.slice(top, top + room).map((partner, index): Line => {
      const name = clean(seen.mesh.nodes[partner.node]?.name ?? '')
      const told = toldOf(partner, shown, seen.mesh.rows[partner.row])
      const text: Line = [
        [`${padEnd(cutMiddle(name, nameWidth, ellipsis), nameWidth)} `],
        [padEnd(stateWords[told.state], 9), tones[told.state]],
        [`${padStart(told.rtt, 7)} ${padStart(told.age, 4)}  `],
        [cut(clean(told.words), Math.max(1, width - nameWidth - 24), ellipsis)],
      ]
      return top + index === at ? fill(text, width, 'selected') : text
    }),
  ]
}

function toldOf(
  { state, target }: Partner,
  { view }: Shown,
  row: Parameters<typeof cellAt>[0] | undefined,
) {
  const known = cellStates[state] ?? 'none'
  const cell = row && cellAt(row, target, laneChoices[view.mesh.lanes])
  const blank = { state: known, rtt: '', age: '', words: '' }
  switch (cell?.kind) {
    case 'ok':
      return { ...blank, rtt: rtt(cell.rttNs), age: age(cell.ageMs) }
    case 'failing': {
      const words = `${reasonTexts[cell.reason]} for ${age(cell.forMs)}: ${laneWords(cell.lanes)}`
      return { ...blank, age: age(cell.ageMs), words }
    }
    case 'stale':
      return { ...blank, age: age(cell.ageMs) }
    default:
      return { ...blank, words: cell?.why ?? '' }
  }
}

const stateWords = {
  ok: 'ok',
  failing: 'failing',
  expected: 'expected',
  stale: 'stale',
  none: 'no data',
} as const

const tones = {
  ok: 'ok',
  failing: 'crit',
  expected: 'dim',
  stale: 'warn',
  none: 'dim',
} as const satisfies Record<keyof typeof stateWords, Tone>
