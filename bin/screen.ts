import { registerHooks } from 'node:module'
import { failureText } from '../src/core/api/failure-text.ts'
import { systemClock } from '../src/core/clock.ts'
import { createMesh } from '../src/core/engine/mesh.ts'
import type { NodeName } from '../src/core/model/node.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import { fastWidthHooks, oneFunctionHooks } from '../src/ui/top/fast-width.ts'
import { boundGarbage } from './bound-garbage.ts'
import { type LookFlags, lookOf } from './look.ts'
import { usualPort } from './settings.ts'
import { keysOf, type TableFlags, tableOf } from './table-flags.ts'

export interface ScreenFlags extends LookFlags, TableFlags {
  readonly keys?: Readonly<Record<string, string>>
  /** False where frames are not to be marked for the terminal. */
  readonly sync?: boolean
  /** Whether the second source is a daemon whose nodes the first one probes. */
  readonly probeFromHere?: boolean
  /** Of the HTTP probe. */
  readonly port?: number
}

/** What the screen shows: one source, or several by their URIs. */
export interface ShownSource {
  readonly label: string
  readonly name?: NodeName | undefined
  readonly source: HealthSource
}

/** How the screen begins: what the operator's flags and settings mean. */
export type ScreenStart = Awaited<ReturnType<typeof startOf>>

/** Throws a UserError that names the flag or the setting, before anything is opened. */
export async function startOf(flags: ScreenFlags) {
  return { ...(await tableOf(flags)), keys: await keysOf(flags.keys ?? {}, 'Stored keys') }
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
  start: ScreenStart,
  signal: AbortSignal,
): Promise<void> {
  const { showTop } = await loaded
  const { port = usualPort } = flags
  boundGarbage({ growthPercent: 80 })
  const keeper = createMesh({ clock: systemClock })
  for (const of of sources) keeper.follow(of, of.source)
  try {
    await showTop({
      source: sources[0].source,
      sources,
      mesh: keeper.mesh,
      compared: flags.probeFromHere,
      nowMs: Date.now,
      stdin: process.stdin.isTTY ? process.stdin : undefined,
      stdout: process.stdout,
      signal,
      look: lookOf(flags),
      ...start,
      statusText: (failure, kind, { ip }) => failureText(failure, { kind, ip, port }),
      screenReader: process.env.INK_SCREEN_READER === 'true',
      synchronized: flags.sync ?? true,
    })
  } finally {
    keeper.close()
  }
}
