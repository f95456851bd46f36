import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn } from '@lydell/node-pty'
import headless from '@xterm/headless'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A real terminal: a program on a pty, and an emulator that shows what it draws. */
export interface Terminal {
  /** The rows as a person sees them, without trailing blanks. */
  rows(): readonly string[]
  text(): string
  /** Whether the program is on the alternate screen. */
  alternate(): boolean
  cursorHidden(): boolean
  /** All that the program ever wrote. */
  bytes(): string
  type(keys: string): void
  readonly pid: number
  resize(columns: number, rows: number): void
  kill(signal: NodeJS.Signals): void
  /** Resolves with the screen once it matches; rejects with the screen after the timeout. */
  shows(
    wanted: string | RegExp | ((screen: string) => boolean),
    timeoutMs?: number,
  ): Promise<string>
  readonly ended: Promise<{ readonly exitCode: number; readonly signal?: number | undefined }>
  close(): void
}

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
}

export function openTerminal(
  command: string,
  args: readonly string[],
  { columns = 80, rows = 24, env = {} }: TerminalOptions = {},
): Terminal {
  const emulator = new headless.Terminal({ cols: columns, rows, allowProposedApi: true })
  const pty = spawn(command, [...args], {
    name: env.TERM ?? 'xterm-256color',
    cols: columns,
    rows,
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', TZ: 'UTC', ...env },
  })
  let bytes = ''
  let drawn = ''
  let open = true
  const watchers = new Set<() => void>()
  pty.onData(data => {
    bytes += data
    emulator.write(data, () => {
      drawn += data
      for (const watch of watchers) watch()
    })
  })
  const ended = new Promise<{ exitCode: number; signal?: number | undefined }>(resolve =>
    pty.onExit(({ exitCode, signal }) => {
      open = false
      // The last bytes may still be on their way through the emulator.
      emulator.write('', () => resolve({ exitCode, signal }))
    }),
  )
  const screenRows = () =>
    Array.from(
      { length: emulator.rows },
      (_, row) =>
        emulator.buffer.active
          .getLine(emulator.buffer.active.baseY + row)
          ?.translateToString(true) ?? '',
    )
  const text = () => screenRows().join('\n')
  // Between these marks a program is in the middle of a frame.
  const inFrame = () => drawn.lastIndexOf('\x1b[?2026h') > drawn.lastIndexOf('\x1b[?2026l')
  return {
    rows: screenRows,
    text,
    alternate: () => emulator.buffer.active.type === 'alternate',
    cursorHidden: () => bytes.lastIndexOf('\x1b[?25l') > bytes.lastIndexOf('\x1b[?25h'),
    bytes: () => bytes,
    type: keys => pty.write(keys),
    pid: pty.pid,
    resize(newColumns, newRows) {
      emulator.resize(newColumns, newRows)
      if (open) pty.resize(newColumns, newRows)
    },
    kill: signal => pty.kill(signal),
    shows: (wanted, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (inFrame() || !matches(text(), wanted)) return
          done()
          resolve(text())
        }
        const timer = setTimeout(() => {
          done()
          reject(new Error(`the screen never showed ${wanted}:\n${text()}`))
        }, timeoutMs)
        const done = () => {
          clearTimeout(timer)
          watchers.delete(check)
        }
        watchers.add(check)
        check()
      }),
    ended,
    close() {
      if (open) pty.kill('SIGKILL')
      emulator.dispose()
    },
  }
}

const matches = (screen: string, wanted: string | RegExp | ((screen: string) => boolean)) => {
  if (typeof wanted === 'string') return screen.includes(wanted)
  return typeof wanted === 'function' ? wanted(screen) : wanted.test(screen)
}

/** The project compiled into a folder of its own, for programs that Node must run without a loader. */
export function compile(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(root, 'node_modules', '.compiled-'))
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  try {
    execFileSync(tsc, ['-p', 'tsconfig.build.json', '--outDir', folder], {
      cwd: root,
      stdio: 'pipe',
    })
  } catch (error) {
    // Type errors are the type check's business; what was emitted runs.
    if (!(error instanceof Error && 'status' in error)) throw error
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
