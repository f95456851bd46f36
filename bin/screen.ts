import { registerHooks } from 'node:module'
import { systemClock } from '../src/core/clock.ts'
import { createMesh } from '../src/core/engine/mesh.ts'
import { UserError } from '../src/core/errors.ts'
import type { NodeName } from '../src/core/model/node.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import { fastWidthHooks, oneFunctionHooks } from '../src/ui/top/fast-width.ts'
import { boundGarbage } from './bound-garbage.ts'
import { type LookFlags, lookOf } from './look.ts'

export interface ScreenFlags extends LookFlags {
  readonly sort?: string
  readonly filter?: string
  readonly columns?: readonly string[]
  readonly keys?: Readonly<Record<string, string>>
  /** False where frames are not to be marked for the terminal. */
  readonly sync?: boolean
}

/** What the screen shows: one source, or several by their URIs. */
export interface ShownSource {
  readonly label: string
  readonly name?: NodeName | undefined
  readonly source: HealthSource
}

/** Loads the screen, which takes a while: begin early. */
export function loadScreen() {
  registerHooks(fastWidthHooks)
  registerHooks(oneFunctionHooks)
  return import('../src/ui/top/show.tsx')
}

/** Shows the screen until its user quits or the signal aborts. */
export async function showScreen(
  loaded: ReturnType<typeof loadScreen>,
  sources: readonly [ShownSource, ...ShownSource[]],
  flags: ScreenFlags,
  signal: AbortSignal,
): Promise<void> {
  const { bindKeys, showTop } = await loaded
  boundGarbage({ growthPercent: 80 })
  const bound = bindKeys(flags.keys ?? {})
  if (bound.kind === 'error') throw new UserError(`Stored keys: ${bound.message}`)
  const keeper = createMesh({ clock: systemClock })
  for (const of of sources) keeper.follow(of, of.source)
  try {
    await showTop({
      source: sources[0].source,
      sources,
      mesh: keeper.mesh,
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
  } finally {
    keeper.close()
  }
}
