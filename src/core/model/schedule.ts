/** Cilium's rule since 1.18 (reference: pkg/health): (10 + 100·ratio) s · ln(1 + addresses), in whole ns. */
export function ciliumIntervalMs(addresses: number, ratio = 0.5): number {
  const baseNs = (10 + 100 * ratio) * 1e9
  return Math.trunc(addresses === 0 ? baseNs : baseNs * Math.log1p(addresses)) / 1e6
}

/** As short as the budget allows: never below the floor, never more probes a second than the limit. */
export function budgetIntervalMs(
  probes: number,
  limits: { readonly maxProbesPerSecond: number; readonly floorMs: number },
): number {
  return Math.max(limits.floorMs, Math.ceil((probes / limits.maxProbesPerSecond) * 1000))
}

/** Long enough for a TCP connection whose first packet is lost (1 s); at most Cilium's own 10 s. */
export const timeoutForInterval = (intervalMs: number): number =>
  Math.min(10_000, Math.max(3000, intervalMs))
