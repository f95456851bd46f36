export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, string | number | bigint | boolean | undefined>>

/** Structured log lines, as Cilium's agent writes them: `time=… level=info msg="…" key=value`. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>

export interface LogOptions {
  /** Takes one line, with its end. */
  readonly write: (line: string) => void
  readonly nowMs: () => number
  /** Without it, debug lines are dropped. */
  readonly debug?: boolean
}

export function createLog({ write, nowMs, debug = false }: LogOptions): Log {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      const line = { time: new Date(nowMs()).toISOString(), level, msg: message, ...fields }
      const words = Object.entries(line).flatMap(([key, value]) =>
        value === undefined ? [] : [`${bare(key)}=${inQuotes(String(value))}`],
      )
      write(`${words.join(' ')}\n`)
    }
  return {
    debug: debug ? at('debug') : () => {},
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  }
}

const maxLength = 4096

const bare = (key: string): string => key.replace(/[^\w.-]/g, '_')

/** Quoted where it would not be one word, and so that no terminal obeys it. */
function inQuotes(value: string): string {
  if (/^[\w.:/@%+,-]+$/.test(value) && value.length <= maxLength) return value
  return JSON.stringify(value.slice(0, maxLength)).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    character => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
