import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import envPaths from 'env-paths'
import * as v from 'valibot'
import { UserError } from './errors.ts'
import { parseGoDuration } from './model/duration.ts'

const aText = 'a text is wanted, of 256 characters at most'
const shortText = v.pipe(v.string(aText), v.minLength(1, aText), v.maxLength(256, aText))
const list = v.pipe(v.array(shortText, 'a list is wanted'), v.maxLength(100_000, 'it is too long'))
const oneOf = <const Words extends readonly string[]>(words: Words) =>
  v.picklist(words, `one of ${words.join(', ')} is wanted`)
function wholeNumber(min: number, max: number) {
  const wanted = `a whole number from ${min} to ${max} is wanted`
  return v.pipe(
    v.number(wanted),
    v.integer(wanted),
    v.minValue(min, wanted),
    v.maxValue(max, wanted),
  )
}

const aSpan = 'a time span looks like 500ms or 1m30s'
/** Plain seconds have no unit, as with the flags. */
const inGo = (text: string) => parseGoDuration(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text)

/** Written as `500ms` or `1m30s`, read as milliseconds. */
const durationMs = v.pipe(
  v.string(aSpan),
  v.check(text => (inGo(text) ?? -1n) >= 0n, aSpan),
  v.transform(text => Number(inGo(text)) / 1e6),
)

/** What may be stored: defaults of the flags of the same names, and the screen's own choices. */
const table = {
  /** As `--node` takes them. */
  nodes: list,
  host: shortText,
  cilium: shortText,
  interval: durationMs,
  minInterval: durationMs,
  listGrace: durationMs,
  timeout: durationMs,
  maxProbesPerSecond: wholeNumber(1, 100_000),
  port: wholeNumber(1, 65_535),
  icmp: oneOf(['auto', 'datagram', 'raw', 'system', 'off']),
  icmpCount: wholeNumber(1, 10),
  http: oneOf(['auto', 'native', 'socket', 'undici', 'off']),
  history: wholeNumber(1, 100_000),
  failOn: shortText,
  theme: shortText,
  color: oneOf(['auto', 'always', 'never']),
  ascii: v.boolean('true or false is wanted'),
  columns: list,
  sort: shortText,
  filter: shortText,
  /** An action's name and its key. */
  keys: v.record(shortText, shortText, 'names of actions and their keys are wanted'),
}

const settings = v.partial(v.strictObject(table))
export type Settings = Readonly<v.InferOutput<typeof settings>>
export const settingNames = Object.keys(table) as readonly (keyof Settings)[]

export interface Config {
  readonly file: string
  readonly settings: Settings
  /** Stores one setting; throws a UserError, and stores nothing, if its name or value is wrong. */
  set(name: string, value: unknown): void
  unset(name: string): void
}

type Stored = Record<string, unknown>
const maxLength = 16 * 1024 * 1024
const project = { projectName: 'cilium-health', projectSuffix: '' }

export interface ReadSettings extends Pick<Config, 'file' | 'settings'> {
  /** There is a file, but it may not be read. */
  readonly unreadable?: string
}

/** The settings and their file. Without a file `conf`, which is slow to load, is left alone. */
export async function readSettings(
  directory = envPaths(project.projectName, { suffix: project.projectSuffix }).config,
): Promise<ReadSettings> {
  const file = join(directory, 'config.json')
  try {
    closeSync(openSync(file, 'r'))
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const isForbidden = ['EACCES', 'EPERM'].includes(code)
    return { file, settings: {}, ...(isForbidden ? { unreadable: code } : {}) }
  }
  return await openConfig(directory)
}

/**
 * The stored settings, of the user's configuration folder or of `directory`. A file that is wrong is
 * a UserError with file, key and value, and stays as it is.
 */
export async function openConfig(directory?: string): Promise<Config> {
  const { default: Conf } = await import('conf')
  const place = {
    ...project,
    accessPropertiesByDotNotation: false,
    ...(directory === undefined ? {} : { cwd: directory }),
  }
  let file = directory ?? 'settings'
  try {
    // Conf alone knows where the file is, and it reads at once: the first time as if it were empty.
    file = new Conf({ ...place, deserialize: () => ({}) }).path
  } catch (error) {
    // It makes the folder, too. Where that cannot be, nothing is stored, which is no mistake.
    const { syscall, message } = error as NodeJS.ErrnoException
    if (syscall === 'mkdir') return unwritable(file, message)
    throw explained(error, file)
  }
  const conf = orExplain(file, () => new Conf<Stored>({ ...place, deserialize: parse }))
  return {
    file,
    settings: orExplain(file, () => settingsOf(conf.store)),
    set(name, value) {
      orExplain(file, () => {
        settingsOf({ ...conf.store, [name]: value })
        conf.set(name, value)
      })
    },
    unset: name => orExplain(file, () => conf.delete(name)),
  }
}

function parse(text: string): Stored {
  if (text.length > maxLength) throw new UserError('it is larger than 16 MiB')
  const data: unknown = JSON.parse(text)
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return { ...data }
  throw new UserError('it must hold an object')
}

function settingsOf(stored: Readonly<Stored>): Settings {
  const result = v.safeParse(settings, stored, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = issue.path?.map(item => item.key).join('.') ?? ''
  const value = JSON.stringify(issue.input)?.slice(0, 100)
  if (issue.expected === 'never')
    throw new UserError(`there is no setting ${JSON.stringify(path)}`, known)
  throw new UserError(`${JSON.stringify(path)} is ${value}: ${issue.message}`)
}

const known = `There are: ${settingNames.join(', ')}.`

const unwritable = (file: string, reason: string): Config => ({
  file,
  settings: {},
  set() {
    throw new UserError(`${file}: ${reason}`)
  },
  unset() {},
})

function orExplain<Result>(file: string, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    throw explained(error, file)
  }
}

/** What the file system or the JSON parser has to say is about the operator's file. */
function explained(error: unknown, file: string): unknown {
  const { code, message, hint } = error as NodeJS.ErrnoException & { readonly hint?: string }
  const expected = error instanceof UserError || error instanceof SyntaxError || code !== undefined
  if (!expected) return error
  return new UserError(`${file}: ${message}`, hint)
}
