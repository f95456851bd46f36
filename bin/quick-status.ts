import { fail, watchStdout } from './exit.ts'

const withValue: Readonly<Record<string, string>> = {
  '-o': 'output',
  '--output': 'output',
  '-H': 'host',
  '--host': 'host',
}
/** A flag and its value in one word. */
const joined = /^(--output(?==)|--host(?==)|-[oH])=?(.+)$/s
const switches: readonly string[] = ['--probe', '--verbose', '--succinct']

/**
 * Runs `status` as scripts do, every second in every pod, without the third of its time that loading
 * the whole command line takes. False for all other words: they go the long way.
 */
export async function statusAtOnce(words: readonly string[]): Promise<boolean> {
  const flags = words[0] === 'status' ? simpleFlags(words.slice(1)) : undefined
  if (!flags) return false
  watchStdout()
  try {
    const { status } = await import('./commands/status.ts')
    await status(flags)
  } catch (error) {
    fail(error)
  }
  return true
}

function simpleFlags(words: readonly string[]): Record<string, string | true> | undefined {
  const flags: Record<string, string | true> = {}
  const rest = words.flatMap(word => joined.exec(word)?.slice(1) ?? [word])
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const flag = withValue[word]
    const value = flag === undefined ? switches.includes(word) : rest.shift()
    if (!value || (typeof value === 'string' && value.startsWith('-'))) return undefined
    flags[flag ?? word.slice(2)] = value
  }
  return flags
}
