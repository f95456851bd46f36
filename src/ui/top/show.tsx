import { render } from 'ink'
import type { HealthSource } from '../../core/model/source.ts'
import { App } from './App.tsx'
import { createSession } from './session.ts'
import type { ThemeName } from './theme.ts'

export { renderPlain } from './plain.ts'
export { type ThemeName, themeNames } from './theme.ts'

export interface TopOptions {
  readonly source: HealthSource
  readonly nowMs: () => number
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  /** Aborted on SIGTERM and SIGHUP: the screen is left and the promise resolves. */
  readonly signal: AbortSignal
  readonly look: { readonly theme: ThemeName; readonly color: boolean; readonly ascii: boolean }
  readonly title?: string
  /** A column's id, with a minus before it to reverse it. */
  readonly sort?: string
  readonly filter?: string
  readonly screenReader?: boolean
}

/** More frames than a hand can tell apart, so that a key never waits for the next one. */
const maxFps = 60

/**
 * Shows the screen until the user quits; the terminal is restored on every way out. Rejects with the
 * error when a render broke. The source stays open: it is the caller's.
 */
export async function showTop(options: TopOptions): Promise<void> {
  const { stdin, stdout, signal, screenReader = false } = options
  if (signal.aborted) return
  const session = createSession(options)
  // Ink does so after its first frame: until then keys would be echoed, and Ctrl-C would kill us.
  stdin.setRawMode(true)
  const screen = render(<App session={session} />, {
    stdin,
    stdout,
    maxFps,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    isScreenReaderEnabled: screenReader,
  })
  const leave = () => screen.unmount()
  signal.addEventListener('abort', leave)
  try {
    await screen.waitUntilExit()
  } finally {
    signal.removeEventListener('abort', leave)
    stdin.setRawMode(false)
    session.close()
  }
}
