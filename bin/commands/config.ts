import { openRoute } from '../../src/core/api/dial/index.ts'
import { openConfig, type Settings, settingNames } from '../../src/core/config.ts'
import { UserError } from '../../src/core/errors.ts'
import { formatGoDuration } from '../../src/core/model/duration.ts'
import { parsePlace } from '../../src/core/nodes/agent-get.ts'
import { fixedNodes } from '../../src/core/nodes/fixed.ts'
import { themeNames } from '../../src/ui/top/theme.ts'
import { print } from '../exit.ts'
import { rulesOf } from '../fail-on.ts'
import { columnsOf, keysOf, sortOf, tableFilterOf } from '../table-flags.ts'

/** Prints the settings and where they are stored. */
export async function listSettings(): Promise<void> {
  const { file, settings } = await openConfig()
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${shown(name, value)}`)
  await print(`# ${file}\n${lines.map(line => `${line}\n`).join('')}`)
}

/** Stores one setting; several words make a list, or for `keys` the bindings of several actions. */
export async function setSetting(name: string, words: readonly string[]): Promise<void> {
  const config = await openConfig()
  const value = settingOf(name, words)
  await checks[name]?.(words)
  config.set(name, value)
}

/** What the commands would refuse is not stored; each is read as the commands read it. */
const checks: Readonly<Record<string, (words: readonly string[]) => unknown>> = {
  nodes: words => fixedNodes(words),
  host: ([word = '']) => /^k8s:/.test(word) || openRoute(word),
  cilium: ([word = '']) => parsePlace(word),
  columns: words => columnsOf(words, 'columns'),
  sort: ([word = '']) => sortOf(word, 'sort'),
  filter: ([word = '']) => tableFilterOf(word, 'filter'),
  keys: words => keysOf(Object.fromEntries(words.map(binding)), 'keys'),
  failOn: ([word = '']) => rulesOf(word, 'failOn'),
  theme: ([word = '']) => themeOf(word),
}

function themeOf(word: string): void {
  if ((themeNames as readonly string[]).includes(word)) return
  throw new UserError(`theme: there is no "${word}"`, `Choose one of ${themeNames.join(', ')}.`)
}

export async function unsetSetting(name: string): Promise<void> {
  if (!(settingNames as readonly string[]).includes(name)) {
    throw new UserError(`there is no setting "${name}"`, `There are: ${settingNames.join(', ')}.`)
  }
  const config = await openConfig()
  config.unset(name)
}

const lists: readonly string[] = ['nodes', 'columns'] satisfies (keyof Settings)[]
const durations: readonly string[] = [
  'interval',
  'minInterval',
  'listGrace',
  'timeout',
] satisfies (keyof Settings)[]

function settingOf(name: string, words: readonly string[]): unknown {
  if (lists.includes(name))
    return words.flatMap(word => (name === 'columns' ? word.split(',') : word))
  if (name === 'keys') return Object.fromEntries(words.map(binding))
  const [word = '', ...more] = words
  if (more.length > 0) throw new UserError(`"${name}" takes one value, not ${words.length}`)
  // A span of time is a text: `10` is ten seconds, as with the flags.
  if (durations.includes(name)) return word
  return /^(\d+|true|false)$/.test(word) ? JSON.parse(word) : word
}

function binding(word: string): readonly [string, string] {
  const [action = '', key] = word.split(/=(.*)/s)
  if (key) return [action, key]
  throw new UserError(`"${word}" binds no key`, 'Write ACTION=KEY, such as probe=x.')
}

const shown = (name: string, value: unknown): string =>
  durations.includes(name) ? formatGoDuration(Number(value) * 1e6) : JSON.stringify(value)
