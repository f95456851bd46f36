import type { Clock } from '../clock.ts'
import type { Store } from '../engine/store.ts'
import { formatGoDuration } from '../model/duration.ts'
import type { Snapshot } from '../model/snapshot.ts'

/** Less than this is no matter: the header has whole seconds, and the way takes its time. */
const toleranceMs = 10_000

/**
 * What a daemon tells by a clock that is wrong (or right, and ours is wrong) is told by ours, so
 * that nothing looks stale, or fresh, because of it; and the operator learns of the difference.
 */
export interface DaemonTime {
  /** Takes the daemon's time of now, Unix milliseconds in whole seconds. */
  heard(atMs: number): void
  /** The same store, for one who tells the daemon's times. */
  correct(store: Store): Store
  /** The snapshot, with a word on the clock where it is wrong. */
  tell(snapshot: Snapshot): Snapshot
}

export function createDaemonTime(clock: Clock): DaemonTime {
  let aheadMs = 0
  let told: { readonly of: Snapshot; readonly as: Snapshot } | undefined
  const ours = (atMs: number) => atMs - aheadMs
  const corrected = <T extends object>(what: T): T => ({
    ...what,
    ...Object.fromEntries(
      Object.entries(what).flatMap(([name, value]) =>
        times.has(name) ? [[name, ours(Number(value))]] : [],
      ),
    ),
  })

  return {
    heard(atMs) {
      const difference = atMs + 500 - clock.nowMs()
      if (Math.abs(difference - aheadMs) < toleranceMs) return
      aheadMs = Math.abs(difference) < toleranceMs ? 0 : difference
      told = undefined
    },
    correct: store => ({
      ...store,
      setFeed: feed => store.setFeed(corrected(feed)),
      setListLost: lost => store.setListLost(lost && corrected(lost)),
      setProber: prober => store.setProber(prober && corrected(prober)),
      record(findings) {
        const ourTime = findings.map(finding => {
          const { outcome } = finding
          return { ...finding, outcome: { ...outcome, atMs: ours(outcome.atMs) } }
        })
        store.record(aheadMs === 0 ? findings : ourTime)
      },
    }),
    tell(snapshot) {
      if (aheadMs === 0) return snapshot
      if (told?.of !== snapshot) {
        const { origin } = snapshot
        const label = `${origin.label} (its clock is ${inWords(aheadMs)})`
        told = { of: snapshot, as: { ...snapshot, origin: { ...origin, label } } }
      }
      return told.as
    },
  }
}

/** What a daemon tells by its own clock. */
const times: ReadonlySet<string> = new Set([
  'sinceMs',
  'retryAtMs',
  'lateAtMs',
  'restartedAtMs',
  'steppedAtMs',
])

function inWords(aheadMs: number): string {
  const size = formatGoDuration(Math.round(Math.abs(aheadMs) / toleranceMs) * toleranceMs * 1e6)
  return `about ${size} ${aheadMs > 0 ? 'ahead' : 'behind'}, corrected here`
}
