/** A part of the daemon that runs until it is closed or breaks. */
export interface Service {
  readonly name: string
  /** Settles only when the service breaks. */
  readonly failed: Promise<Error>
  close(): Promise<void>
}

/**
 * Blocks for the first fatal error of any service, or for the end signal, then closes all, last
 * opened first (the rule of Cilium's `Serve`: "Block for the first error, then return").
 * Resolves with that error, or with undefined when asked to end.
 */
export async function serve(
  services: readonly Service[],
  end: AbortSignal,
): Promise<Error | undefined> {
  const asked = Promise.withResolvers<undefined>()
  const stop = () => asked.resolve(undefined)
  end.addEventListener('abort', stop, { once: true })
  if (end.aborted) stop()
  const broken = services.map(async ({ name, failed }) => {
    const error = await failed
    return new Error(`${name}: ${error.message}`, { cause: error })
  })
  try {
    return await Promise.race([asked.promise, ...broken])
  } finally {
    end.removeEventListener('abort', stop)
    for (const service of services.toReversed()) await service.close()
  }
}
