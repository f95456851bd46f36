import { render } from 'ink'
import { App } from './App.tsx'
import { mouseEvent } from './mouse.ts'
import { readAloud } from './reader.ts'
import { createSession, type Session, type SessionOptions } from './session.ts'
import { functionKey } from './strokes.ts'
import { listening, mouseGuard, openKeyboard, unsynchronized } from './terminal.ts'

export { createFilter } from './filter.ts'
export { bindKeys, type Keymap } from './keys.ts'
export { renderPlain } from './plain.ts'
export { type ThemeName, themeNames } from './theme.ts'

export interface TopOptions extends SessionOptions {
  /** The terminal that we run in, where it is left out. */
  readonly stdin?: NodeJS.ReadStream | undefined
  readonly stdout: NodeJS.WriteStream
  /** Aborted on SIGTERM and SIGHUP: the screen is left and the promise resolves. */
  readonly signal: AbortSignal
  /** Lines that say what changes, instead of a screen. */
  readonly screenReader?: boolean
  /** Marks around each frame (DEC 2026), so that a terminal shows it at once; on by default. */
  readonly synchronized?: boolean
}

/** More frames than a hand can tell apart, so that a key never waits for the next one. */
const maxFps = 60

/**
 * Shows the screen until the user quits; the terminal is restored on every way out. Rejects with the
 * error when a render broke. The source stays open: it is the caller's.
 */
export async function showTop(options: TopOptions): Promise<void> {
  if (options.signal.aborted) return
  const stdin = options.stdin ?? openKeyboard()
  try {
    await (options.screenReader ? readAloud : draw)({ ...options, stdin })
  } finally {
    stdin.setRawMode(false)
    if (options.stdin === undefined) stdin.destroy()
  }
}

async function draw(options: TopOptions & { readonly stdin: NodeJS.ReadStream }): Promise<void> {
  const { stdin, stdout, signal, synchronized = true } = options
  const session = createSession(options)
  const release = mouseGuard(stdout, session.mouse)
  // Ink does so after its first frame: until then keys would be echoed, and Ctrl-C would kill us.
  stdin.setRawMode(true)
  const screen = render(<App session={session} send={codes => stdout.write(codes)} />, {
    stdin: listening(stdin, code => take(code, session)),
    stdout: synchronized ? stdout : unsynchronized(stdout),
    maxFps,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    isScreenReaderEnabled: false,
  })
  const leave = () => screen.unmount()
  signal.addEventListener('abort', leave)
  try {
    await screen.waitUntilExit()
  } finally {
    signal.removeEventListener('abort', leave)
    release()
    session.close()
  }
}

function take(code: string, session: Session): void {
  const event = mouseEvent(code)
  const key = functionKey(code)
  if (event !== undefined) session.point(event)
  if (key !== undefined) session.press([key])
}
