import { type ActionId, actionIds, bindingOf, type Page } from '../bindings.ts'
import { lackOf } from '../filter.ts'
import { type Keymap, keyName } from '../keys.ts'
import { type Line, parts, type Span } from '../line.ts'
import { actionsWith, findActions } from '../palette.ts'
import { markLine, promptOf } from '../prompt.ts'
import { cut, widthOf } from '../text.ts'
import type { Dialog, Message } from '../view.ts'
import type { Shown } from './shown.ts'

type Hints = readonly (readonly [string, string])[]

const draftHints: Hints = [
  ['Enter', 'keeps'],
  ['Esc', 'clears'],
  ['Up', 'earlier filters'],
]
const fileHints: Hints = [
  ['Enter', 'writes the file'],
  ['Esc', 'close'],
]
const readingHints: Hints = [
  ['j k', 'scroll'],
  ['Esc', 'close'],
]
const dialogHints: Readonly<Record<Exclude<Dialog['kind'], 'confirm' | 'palette'>, Hints>> = {
  help: [
    ['j k', 'scroll'],
    ['/', 'search'],
    ['Esc', 'close'],
  ],
  prober: readingHints,
  text: readingHints,
  sort: [
    ['letter', 'sorts, again reverses'],
    ['Up Down', 'choose'],
    ['Esc', 'close'],
  ],
  columns: [
    ['Space', 'shows or hides'],
    ['0', 'the usual ones'],
    ['Esc', 'close'],
  ],
  copy: [
    ['n', 'name'],
    ['i', 'IP'],
    ['r', 'row'],
    ['Esc', 'close'],
  ],
  export: [
    ['c', 'CSV'],
    ['j', 'JSON'],
    ['t', 'text'],
    ['Esc', 'close'],
  ],
}

/** The last line: a message for a few seconds, what is wrong with the filter, or the keys. */
export function hintLine(shown: Shown, width: number): Line {
  const { dialog, draft, message } = shown.view
  if (dialog?.kind === 'confirm') return confirmLine(dialog.question, shown, width)
  const prompt = promptOf(shown.view)
  if (prompt !== undefined && draft?.error !== undefined) {
    return markLine(prompt, draft.error, width, shown.theme.glyphs)
  }
  const lack = lackOf(shown.view.filter, shown.board.snapshot.nodes)
  if (draft !== undefined && lack !== undefined) return [[lack, 'warn']]
  if (draft !== undefined) return hints(draftHints, width)
  if (dialog !== undefined) return hints(hintsOf(dialog, shown.keys), width)
  if (message !== undefined) return messageLine(message, shown, width)
  return hints(pageHints(shown), width)
}

function hintsOf(dialog: Exclude<Dialog, { kind: 'confirm' }>, keys: Keymap): Hints {
  if (dialog.kind === 'export' && dialog.format !== undefined) return fileHints
  if (dialog.kind === 'palette') return foundHints(findActions(dialog.text), 'close')
  if (dialog.kind === 'help' && dialog.search !== undefined) {
    return foundHints(actionsWith(dialog.search.text, keys), 'all the help')
  }
  return dialogHints[dialog.kind]
}

/** Where no action was found, there is none to run. */
const foundHints = ({ length }: readonly ActionId[], out: string): Hints => [
  ...(length === 0 ? [] : ([['Enter', 'runs']] as const)),
  ...(length < 2 ? [] : ([['Up Down', 'choose']] as const)),
  ['Esc', out],
]

/** The answers stay, however long the question is. */
function confirmLine(question: string, { theme }: Shown, width: number): Line {
  const answers = ' (y/n)'
  const room = Math.max(1, width - answers.length)
  return [[`${cut(question, room, theme.glyphs.ellipsis)}${answers}`, 'warn']]
}

/** A message that is too long says how to read the rest. */
function messageLine({ text, tone }: Message, { keys, theme }: Shown, width: number): Line {
  if (widthOf(text) <= width) return [[text, tone]]
  const rest = `  ${keyName(keys.messages[0] ?? '')} more`
  return [
    [cut(text, Math.max(1, width - widthOf(rest)), theme.glyphs.ellipsis), tone],
    [rest, 'dim'],
  ]
}

/** What the keys do now, first those whose meaning the state of the view has changed. */
function pageHints({ view, keys }: Shown): Hints {
  const now = hintsNow(view)
  if (view.page === 'mesh' && (view.mesh.pair !== undefined || view.mesh.panel !== 'map')) {
    const opens = opened[view.mesh.pair === undefined ? view.mesh.panel : 'pair']
    const own = [['open', opens], ...now, ['help', 'help'], ['quit', 'quit']] as const
    return own.map(([id, hint]) => [keyName(keys[id][0] ?? ''), hint])
  }
  const rest = actionIds.flatMap(id => {
    const { hint, pages } = bindingOf(id)
    const told = hint === undefined || now.some(([own]) => own === id)
    return told || !pages.includes(view.page) || id === view.page ? [] : [[id, hint] as const]
  })
  return [...now, ...rest].map(([id, hint]) => [keyName(keys[id][0] ?? ''), hint])
}

/** What Enter opens in the mesh, by what is shown in place of the map. */
const opened = {
  map: 'open',
  findings: 'an example',
  sources: 'its table',
  partners: 'the pair',
  pair: 'the node',
} as const

function hintsNow(view: Shown['view']): readonly (readonly [ActionId, string])[] {
  const onTable = view.page === 'table'
  const back = backTexts[view.page](view)
  const hints = [
    [back !== '', 'back', back],
    [onTable && view.marks.size > 0, 'probe', 'probe marked'],
    [onTable && view.wide, 'scrollLeft', 'left'],
    [onTable && view.wide, 'scrollRight', 'right'],
    [view.frozen !== undefined, 'freeze', 'unfreeze'],
  ] as const
  return hints.flatMap(([holds, id, hint]) => (holds ? [[id, hint] as const] : []))
}

const backTexts: Readonly<Record<Page, (view: Shown['view']) => string>> = {
  table: view => undoText(view),
  detail: ({ chart }) => (chart.cursorMs === undefined ? 'back' : 'newest'),
  events: ({ events }) => (events.text === '' ? 'back' : 'no filter'),
  mesh: () => 'back',
}

/** What one step back takes away from the table. */
const undoText = ({ filter, errorsOnly, marks }: Shown['view']): string => {
  if (filter.text !== '') return 'no filter'
  if (errorsOnly) return 'all nodes'
  return marks.size > 0 ? 'unmark' : ''
}

/** Those that have room; a long one leaves its place to the next. */
function hints(pairs: Hints, width: number): Line {
  let used = 0
  const fitting = pairs.flatMap(([key, title]): readonly Span[] => {
    const text = `${key} ${title}`
    const need = widthOf(text) + (used === 0 ? 0 : 2)
    if (used + need > width) return []
    used += need
    return [[text, 'dim']]
  })
  return parts(fitting, width)
}
