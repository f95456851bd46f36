import { openSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { mouseOff } from './mouse.ts'

/** The keyboard of the terminal that we run in, wherever stdin comes from. Throws without a terminal. */
export const openKeyboard = (): ReadStream => new ReadStream(openSync('/dev/tty', 'r'))

// biome-ignore lint/suspicious/noControlCharactersInRegex: their codes begin with ESC
const unread = /\x1b(?:\[<\d{1,3};\d{1,5};\d{1,5}[Mm]|O[PQRS]|\[\d\d~)/g

/** stdin without what Ink would drop, which goes to `take`: reports of the mouse, function keys. */
export const listening = (
  stdin: NodeJS.ReadStream,
  take: (code: string) => void,
): NodeJS.ReadStream =>
  instead(stdin, 'read', (size?: number) => {
    const chunk: unknown = stdin.read(size)
    if (chunk === null) return null
    return String(chunk).replace(unread, code => {
      take(code)
      return ''
    })
  })

const frameCodes = new Set(['\x1b[?2026h', '\x1b[?2026l'])

/** stdout without the marks around each frame, for terminals that take them badly. */
export const unsynchronized = (stdout: NodeJS.WriteStream): NodeJS.WriteStream =>
  instead(stdout, 'write', (...args: Parameters<NodeJS.WriteStream['write']>) =>
    frameCodes.has(String(args[0])) ? true : stdout.write(...args),
  )

/** The same stream with one method of ours. */
function instead<Stream extends object>(
  stream: Stream,
  own: keyof Stream,
  method: unknown,
): Stream {
  return new Proxy(stream, {
    get(target, name) {
      if (name === own) return method
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Gives the mouse back on every way out; returns what does so now. */
export function mouseGuard(stdout: NodeJS.WriteStream, inUse: () => boolean): () => void {
  const release = () => {
    process.off('exit', release)
    if (inUse()) stdout.write(mouseOff)
  }
  process.once('exit', release)
  return release
}
