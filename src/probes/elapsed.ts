/** When a packet left: the wall clock's stamp, and that clock's distance to the monotonic one. */
export interface Departure {
  readonly sentNs: number
  readonly offsetNs: number
}

export interface Arrival {
  readonly stampNs: number
  /** The wall clock when the stamp was read. */
  readonly nowNs: number
  readonly offsetNs: number
}

/** Slewing moves the clock by less within a timeout; more is a step. */
const stepNs = 1e6

/**
 * Nanoseconds between two wall-clock stamps, whatever the clock did between them. After a step, a
 * stamp taken before it (it lies ahead of now, or further back than the probe itself) needs no
 * correction; never negative.
 */
export function elapsedNs(departure: Departure, arrival: Arrival): number {
  const plain = arrival.stampNs - departure.sentNs
  const jump = arrival.offsetNs - departure.offsetNs
  if (Math.abs(jump) < stepNs) return Math.max(0, plain)
  const age = arrival.nowNs - departure.sentNs - jump
  const corrected = plain - jump
  if (corrected >= 0 && corrected <= age) return corrected
  return Math.min(Math.max(0, plain), Math.max(0, age))
}
