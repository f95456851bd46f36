import type { Command, Option } from 'commander'

/**
 * The command line as Cilium's own client (cobra) reads it, in an order that ours understands: flags
 * may stand before their command, and be written as `-o=json`, `-ojson` or `--probe=true`.
 */
export function inOrder(root: Command, given: readonly string[]): readonly string[] {
  const words = withHost(given)
  const at = placeOfCommand(root, words)
  const command = at < 0 ? root : commandOf(root, words[at])
  if (!command) return words
  if (command === root) return readFlags(root, words)
  const { before, behind } = shared(root, command, words.slice(0, at))
  const rest = [...behind, ...words.slice(at + 1)]
  return [...readFlags(root, before), words[at] ?? '', ...readFlags(innermost(command, rest), rest)]
}

/** `--attach` is another word for `--host`, with every command. */
function withHost(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  const isIn = (at: number) => end < 0 || at < end
  return words.map((word, at) => (isIn(at) ? word.replace(/^--attach(?==|$)/, '--host') : word))
}

/** The word that names the command, known or not; undefined where there are only flags. */
export const commandWord = (root: Command, words: readonly string[]): string | undefined =>
  words[placeOfCommand(root, words)]

/** By its name or an alias. */
export const commandOf = (of: Command, word: string | undefined): Command | undefined =>
  of.commands.find(each => each.name() === word || each.aliases().includes(word ?? ''))

function placeOfCommand(root: Command, words: readonly string[]): number {
  for (let at = 0; at < words.length && words[at] !== '--'; at += 1 + valuesAt(root, words, at)) {
    if (!isFlag(words[at])) return at
  }
  return -1
}

const isFlag = (word = ''): boolean => /^-./s.test(word)

/** How many of the words behind a flag are its own. As cobra does, one that is not known takes one. */
function valuesAt(root: Command, words: readonly string[], at: number): number {
  const [word = '', ...next] = words.slice(at)
  if (/^--.*=|^-[^-]./s.test(word)) return 0
  const option = named(root, word)
  if (isSwitch(word, option)) return 0
  if (!option || (option.required && !option.variadic)) return 1
  const end = next.findIndex(each => isFlag(each) || commandOf(root, each))
  const own = end < 0 ? next.length : end
  return option.variadic ? own : Math.min(own, 1)
}

const named = (command: Command, flag: string): Option | undefined =>
  command.options.find(({ short, long }) => flag === long || flag === short)

const isSwitch = (flag: string, option: Option | undefined): boolean =>
  option ? !option.required && !option.optional : flag === '--help' || flag === '-h'

/** Of the words before the command: those that only the root knows, and the command's own. */
function shared(root: Command, command: Command, words: readonly string[]) {
  const before: string[] = []
  const behind: string[] = []
  for (let at = 0; at < words.length; ) {
    const group = words.slice(at, at + 1 + valuesAt(root, words, at))
    const flag = flagOf(group[0] ?? '')
    const isRoots = named(root, flag) !== undefined && named(command, flag) === undefined
    ;(isRoots ? before : behind).push(...group)
    at += group.length
  }
  return { before, behind }
}

const flagOf = (word: string): string => /^--[^=]*|^-./s.exec(word)?.[0] ?? word

/** What the words lead to, as far as they do. */
export function innermost(command: Command, words: readonly string[]): Command {
  const inner = commandOf(command, words[0])
  return inner ? innermost(inner, words.slice(1)) : command
}

function readFlags(command: Command, words: readonly string[]): readonly string[] {
  const read: string[] = []
  const left = [...words]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--') return [...read, word, ...left]
    if (!isFlag(word)) read.push(word)
    else if (word.startsWith('--')) read.push(...readLong(command, word, left))
    else read.push(...readShort(command, word.slice(1), left))
  }
  return read
}

function readLong(command: Command, word: string, left: string[]): readonly string[] {
  const [flag = '', value] = word.split(/=(.*)/s)
  if (!/^--[^-]/.test(flag)) return command.error(`bad flag syntax: ${word}`)
  const option = named(command, flag)
  if (isSwitch(flag, option)) return switched(command, flag, option, value)
  if (!option) return command.error(`unknown flag: ${flag}`)
  if (value !== undefined || !option.required) return [word]
  return [flag, left.shift() ?? command.error(`flag needs an argument: ${flag}`)]
}

/** Letters without a value may stand together; the rest of the word is the value of one that takes it. */
function readShort(command: Command, letters: string, left: string[]): readonly string[] {
  const flag = `-${letters[0]}`
  const option = named(command, flag)
  const rest = letters.slice(1)
  const value = /^=(.+)$/s.exec(rest)?.[1]
  if (isSwitch(flag, option)) {
    if (value !== undefined || rest === '') return switched(command, flag, option, value)
    return [flag, ...readShort(command, rest, left)]
  }
  if (!option) return command.error(`unknown shorthand flag: '${letters[0]}' in -${letters}`)
  if (rest === '' && !option.required) return [flag]
  const missing = () => command.error(`flag needs an argument: '${letters[0]}' in -${letters}`)
  return [flag, value ?? (rest || (left.shift() ?? missing()))]
}

const yes: readonly string[] = ['1', 't', 'T', 'true', 'TRUE', 'True']
const no: readonly string[] = ['0', 'f', 'F', 'false', 'FALSE', 'False']

function switched(
  command: Command,
  flag: string,
  option: Option | undefined,
  choice = 'true',
): readonly string[] {
  if (yes.includes(choice)) return [flag]
  if (no.includes(choice)) return []
  const { short, long } = option ?? { short: '-h', long: '--help' }
  const flags = [short, long].filter(Boolean).join(', ')
  const value = JSON.stringify(choice)
  return command.error(
    `invalid argument ${value} for "${flags}" flag: strconv.ParseBool: parsing ${value}: invalid syntax`,
  )
}
