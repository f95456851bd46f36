import { registerHooks } from 'node:module'
import { UserError } from '../src/core/errors.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import { fastWidthHooks } from '../src/ui/top/fast-width.ts'
import { type LookFlags, lookOf } from './look.ts'

export interface ScreenFlags extends LookFlags {
  readonly sort?: string
  readonly filter?: string
  readonly columns?: readonly string[]
  readonly keys?: Readonly<Record<string, string>>
  /** False where frames are not to be marked for the terminal. */
  readonly sync?: boolean
}

/** Loads the screen, which takes a while: begin early. */
export function loadScreen() {
  registerHooks(fastWidthHooks)
  return import('../src/ui/top/show.tsx')
}

/** Shows the screen until its user quits or the signal aborts. */
export async function showScreen(
  loaded: ReturnType<typeof loadScreen>,
  source: HealthSource,
  flags: ScreenFlags,
  signal: AbortSignal,
): Promise<void> {
  const { bindKeys, showTop } = await loaded
  const bound = bindKeys(flags.keys ?? {})
  if (bound.kind === 'error') throw new UserError(`Stored keys: ${bound.message}`)
  await showTop({
    source,
    nowMs: Date.now,
    stdin: process.stdin.isTTY ? process.stdin : undefined,
    stdout: process.stdout,
    signal,
    look: lookOf(flags),
    keys: bound.keys,
    sort: flags.sort,
    filter: flags.filter,
    columns: flags.columns,
    screenReader: process.env.INK_SCREEN_READER === 'true',
    synchronized: flags.sync ?? true,
  })
}
