import type { Clock } from '../clock.ts'

/** Tells listeners of changes, in bundles: the first waits `noticeMs` for more to join it. */
export function createNotices(clock: Clock, noticeMs: number) {
  const listeners = new Set<() => void>()
  const life = new AbortController()
  let scheduled = false

  const announce = () => {
    scheduled = false
    for (const listener of listeners) listener()
  }
  return {
    schedule() {
      if (scheduled || life.signal.aborted) return
      scheduled = true
      clock.sleep(noticeMs, life.signal).then(announce, () => {})
    },
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    close() {
      life.abort()
      listeners.clear()
    },
  }
}
