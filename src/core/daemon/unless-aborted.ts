/** For `catch`: passes over the error of what was ended on purpose. */
export const unlessAborted =
  (signal: AbortSignal) =>
  (error: unknown): void => {
    if (!signal.aborted) throw error
  }
