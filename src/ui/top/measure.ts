import { type History, type Statistics, statisticsOf } from '../../core/model/history.ts'

const hourMs = 3_600_000

/** How many of the newest outcomes fall into the hour before the newest one. */
export function lastHour(history: History): number {
  const { length } = history
  if (length === 0) return 0
  const sinceMs = history.atMs(length - 1) - hourMs
  if (history.atMs(0) >= sinceMs) return length
  let low = 0
  let high = length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (history.atMs(middle) < sinceMs) low = middle + 1
    else high = middle
  }
  return length - low
}

const kept = new WeakMap<History, { total: number; statistics: Statistics }>()

/** Statistics of the last hour, computed again only after something was added. */
export function statisticsFor(history: History): Statistics {
  const known = kept.get(history)
  if (known?.total === history.total) return known.statistics
  const statistics = statisticsOf(history, lastHour(history))
  kept.set(history, { total: history.total, statistics })
  return statistics
}

const baselines = new WeakMap<History, { dueAt: number; medianNs: number | undefined }>()
/** Before so many replies nobody knows what is usual for a probe. */
const enoughReplies = 10

/**
 * A probe's own median RTT of the last hour; undefined before ten replies. It moves slowly, so it is
 * computed again only when the history grew by a sixteenth.
 */
export function baselineNs(history: History): number | undefined {
  const known = baselines.get(history)
  if (known !== undefined && history.total < known.dueAt) return known.medianNs
  const { sent, lost, p50Ns } = statisticsFor(history)
  const medianNs = sent - lost < enoughReplies ? undefined : p50Ns
  baselines.set(history, { dueAt: history.total + 1 + (history.length >> 4), medianNs })
  return medianNs
}

/** Packets and requests of the newest ten probes, as far as they say something about the node. */
export function recentLoss(history: History): { readonly sent: number; readonly lost: number } {
  let sent = 0
  let lost = 0
  for (let index = Math.max(0, history.length - 10); index < history.length; index += 1) {
    sent += history.sent(index)
    lost += history.lost(index)
  }
  return { sent, lost }
}

/** From the oldest sample of these histories until now. */
export function spanMs(histories: readonly History[], nowMs: number): number {
  const oldest = histories.filter(({ length }) => length > 0).map(history => history.atMs(0))
  return oldest.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...oldest))
}
