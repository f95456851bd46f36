import { firstByteNs, type Outcome } from '../../core/model/probe.ts'
import { count, rtt } from './format.ts'

/** What an outcome tells beside its result, as a sign before a figure: `~` in doubt, `r` sent again. */
export function markSign(outcome: Outcome): string {
  if (outcome.inDoubt) return '~'
  return isSentAgain(outcome) ? 'r' : ''
}

/** The same in words, and the two parts of an HTTP reply's time. */
export const markWords = (outcome: Outcome): readonly string[] => [
  ...partWords(outcome),
  ...packetWords(outcome),
  ...(outcome.retransmits ? [`SYN sent again ${count(outcome.retransmits, 'time')}`] : []),
  ...(outcome.inDoubt ? ['in doubt: the prober was late'] : []),
]

const isSentAgain = ({ kind, packets = 1, retransmits = 0 }: Outcome): boolean =>
  retransmits > 0 || (kind === 'reply' && packets > 1)

function partWords(outcome: Outcome): readonly string[] {
  const firstNs = outcome.kind === 'reply' ? firstByteNs(outcome) : undefined
  if (outcome.kind !== 'reply' || firstNs === undefined) return []
  return [`connect ${rtt(outcome.connectNs)} + first byte ${rtt(firstNs)}`]
}

function packetWords({ kind, packets = 1 }: Outcome): readonly string[] {
  if (packets === 1) return []
  return [
    kind === 'reply' ? `${packets - 1} of ${packets} packets lost` : `${packets} packets lost`,
  ]
}
