/** What an outcome tells beside its result. */
export interface Marks {
  /**
   * ICMP only: packets sent until the one that was answered; without a reply, all that were sent.
   * The others are lost. Of packets behind the one that was answered nobody knows. Absent: one, as
   * far as we know.
   */
  readonly packets?: number
  /** HTTP only: how often the kernel had to send the SYN again, since it, or its answer, was lost. */
  readonly retransmits?: number
  /** The prober was late between the sending and the finding: it may be its own doing. */
  readonly inDoubt?: true
}

const [mostPackets, mostRetransmits] = [15, 7]
const [retransmitUnit, doubtBit] = [16, 128]

/** Marks as one byte, as histories, messages and the live stream keep them; 0 says nothing. */
export const markOf = ({ packets = 1, retransmits = 0, inDoubt }: Marks): number =>
  (packets > 1 ? Math.min(packets, mostPackets) : 0) +
  retransmitUnit * Math.min(retransmits, mostRetransmits) +
  (inDoubt ? doubtBit : 0)

const none: Marks = {}

/** What a byte says; nothing where it is none. */
export function marksIn(mark: number): Marks {
  if (!Number.isInteger(mark) || mark <= 0 || mark >= 2 * doubtBit) return none
  const packets = packetsIn(mark)
  const retransmits = Math.floor(mark / retransmitUnit) % (mostRetransmits + 1)
  return {
    ...(packets > 1 ? { packets } : {}),
    ...(retransmits > 0 ? { retransmits } : {}),
    ...(mark >= doubtBit ? { inDoubt: true } : {}),
  }
}

export const packetsIn = (mark: number): number => Math.max(1, mark % retransmitUnit)
