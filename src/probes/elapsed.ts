/** Slewing moves the clock by less within a timeout; more is a step. */
const stepNs = 1e6

/**
 * Nanoseconds between two stamps of the wall clock, whatever the clock did between them; never
 * negative. The offsets are that clock's distances to the monotonic one at either stamp, `nowNs`
 * tells the wall clock when the second is read. After a step, a stamp taken before it (it lies
 * ahead of now, or further back than the probe itself) needs no correction. Where an arrival lies
 * before its departure even so, all that is known is that it was there when it was read.
 */
export function elapsedNs(
  sentNs: number,
  sentOffsetNs: number,
  stampNs: number,
  offsetNs: number,
  nowNs: () => number,
): number {
  const plain = stampNs - sentNs
  const jump = offsetNs - sentOffsetNs
  if (Math.abs(jump) < stepNs && plain > 0) return plain
  const age = Math.max(0, nowNs() - sentNs - jump)
  const corrected = plain - jump
  if (corrected > 0 && corrected <= age) return corrected
  return plain > 0 ? Math.min(plain, age) : age
}
