/** Calls back at once, or at a measured pace. */
export interface Pace {
  now(): void
  /** At most every `everyMs`; what comes in between is one call. */
  soon(): void
  close(): void
}

export function createPace(call: () => void, everyMs: number): Pace {
  let calledAtMs = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  const close = () => {
    clearTimeout(timer)
    timer = undefined
  }
  const now = () => {
    close()
    calledAtMs = performance.now()
    call()
  }
  return {
    now,
    soon() {
      const waitMs = calledAtMs + everyMs - performance.now()
      if (waitMs <= 0) now()
      else timer ??= setTimeout(now, waitMs)
    },
    close,
  }
}
