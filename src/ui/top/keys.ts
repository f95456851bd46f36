import { type ActionId, actionIds, bindingOf, isActionId, type Page } from './bindings.ts'

/** Which keys do what: the table of bindings, with the operator's own keys in it. */
export type Keymap = Readonly<Record<ActionId, readonly string[]>>

export const defaultKeys = Object.fromEntries(
  actionIds.map(id => [id, bindingOf(id).keys]),
) as Keymap

/** What a key does on a page. */
export const actionFor = (stroke: string, page: Page, keys = defaultKeys): ActionId | undefined =>
  actionIds.find(id => bindingOf(id).pages.includes(page) && keys[id].includes(stroke))

export type BoundKeys =
  | { readonly kind: 'keys'; readonly keys: Keymap }
  | { readonly kind: 'error'; readonly message: string }

/**
 * The keys with an operator's own: an action's name and its key, such as `x`, `Ctrl-X`, `Space`, `F5`.
 * The key takes the place of all that the action had. A key may mean one thing only on each page.
 */
export function bindKeys(overrides: Readonly<Record<string, string>> = {}): BoundKeys {
  const own = new Map<ActionId, readonly string[]>()
  for (const [name, key] of Object.entries(overrides)) {
    if (!isActionId(name)) return error(`no action "${name}"; there are ${actionIds.join(', ')}`)
    const stroke = strokeNamed(key)
    if (stroke === undefined) return error(`"${key}" is no key (for "${name}"): ${examples}`)
    if (stroke === 'ctrl+c') return error(`Ctrl-C always quits: "${name}" cannot have it`)
    own.set(name, [stroke])
  }
  const keys = { ...defaultKeys, ...Object.fromEntries(own) }
  const clash = conflict(keys, own)
  return clash === undefined ? { kind: 'keys', keys } : error(clash)
}

const error = (message: string): BoundKeys => ({ kind: 'error', message })
const examples = 'use one such as x, X, +, Ctrl-X, Space, Tab, PgDn or F5'

function conflict(keys: Keymap, own: ReadonlyMap<ActionId, readonly string[]>): string | undefined {
  for (const [id, [stroke = '']] of own) {
    const { pages } = bindingOf(id)
    const other = actionIds.find(
      each =>
        each !== id &&
        keys[each].includes(stroke) &&
        bindingOf(each).pages.some(page => pages.includes(page)),
    )
    if (other !== undefined) {
      return `the key ${keyName(stroke)} of "${id}" is that of "${other}": give "${other}" another`
    }
  }
  return undefined
}

const shownNames: Readonly<Record<string, string>> = {
  escape: 'Esc',
  enter: 'Enter',
  space: 'Space',
  tab: 'Tab',
  backspace: 'Backspace',
  delete: 'Del',
  pagedown: 'PgDn',
  pageup: 'PgUp',
  home: 'Home',
  end: 'End',
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
}

/** A key as people read it: `Ctrl-D`, `Enter`, `F1`. */
export const keyName = (stroke: string): string =>
  shownNames[stroke] ??
  stroke
    .replace(/^f\d+$/, name => name.toUpperCase())
    .replace(/^ctrl\+(.)/, (_, letter: string) => `Ctrl-${letter.toUpperCase()}`)

const strokes = new Map(
  Object.entries(shownNames).flatMap(([stroke, name]) => [
    [stroke, stroke] as const,
    [name.toLowerCase(), stroke] as const,
  ]),
)

/** What a key that people wrote is called here. */
function strokeNamed(key: string): string | undefined {
  if (/^[\x21-\x7e]$/.test(key)) return key
  const name = key.toLowerCase()
  const letter = /^ctrl[-+]([a-z])$/.exec(name)?.[1]
  if (letter !== undefined) return `ctrl+${letter}`
  return /^f([1-9]|1[0-2])$/.test(name) ? name : strokes.get(name)
}
