export type Page = 'table' | 'detail'
export type Group = 'Move' | 'Find' | 'Act' | 'View' | 'App'

export interface Binding {
  /** As `strokesOf` names them. */
  readonly keys: readonly string[]
  readonly title: string
  readonly group: Group
  readonly pages: readonly Page[]
  /** Shown in the last line of these pages, in this word. */
  readonly hint?: string
}

const both: readonly Page[] = ['table', 'detail']
const table: readonly Page[] = ['table']
const detail: readonly Page[] = ['detail']

/** Every key there is: the handlers, the help and the hints are drawn from this table. */
export const bindings = {
  help: { keys: ['?', 'h'], title: 'help', group: 'App', pages: both, hint: 'help' },
  filter: { keys: ['/'], title: 'filter', group: 'Find', pages: table, hint: 'filter' },
  sort: { keys: ['s'], title: 'sort menu', group: 'Find', pages: table, hint: 'sort' },
  open: { keys: ['enter'], title: 'open the node', group: 'Move', pages: table, hint: 'detail' },
  back: { keys: ['escape'], title: 'back', group: 'Move', pages: both },
  down: { keys: ['j', 'down'], title: 'next row', group: 'Move', pages: table },
  up: { keys: ['k', 'up'], title: 'previous row', group: 'Move', pages: table },
  first: { keys: ['g', 'home'], title: 'first row', group: 'Move', pages: table },
  last: { keys: ['G', 'end'], title: 'last row', group: 'Move', pages: table },
  halfDown: { keys: ['ctrl+d'], title: 'half a page down', group: 'Move', pages: table },
  halfUp: { keys: ['ctrl+u'], title: 'half a page up', group: 'Move', pages: table },
  pageDown: { keys: ['pagedown'], title: 'page down', group: 'Move', pages: table },
  pageUp: { keys: ['pageup'], title: 'page up', group: 'Move', pages: table },
  nextNode: {
    keys: ['n', 'j', 'down'],
    title: 'next node',
    group: 'Move',
    pages: detail,
    hint: 'next',
  },
  previousNode: { keys: ['N', 'k', 'up'], title: 'previous node', group: 'Move', pages: detail },
  sortLeft: { keys: ['<'], title: 'sort by the column left', group: 'Find', pages: table },
  sortRight: { keys: ['>'], title: 'sort by the column right', group: 'Find', pages: table },
  reverse: { keys: ['R'], title: 'reverse the order', group: 'Find', pages: table },
  errors: { keys: ['e'], title: 'errors only', group: 'Find', pages: table, hint: 'errors' },
  mark: { keys: ['space'], title: 'mark', group: 'Find', pages: table },
  markAll: { keys: ['*'], title: 'mark all shown, or none', group: 'Find', pages: table },
  probe: {
    keys: ['p'],
    title: 'probe this or the marked',
    group: 'Act',
    pages: both,
    hint: 'probe',
  },
  probeShown: { keys: ['P'], title: 'probe all shown', group: 'Act', pages: table },
  freeze: { keys: ['f'], title: 'freeze the screen', group: 'View', pages: both, hint: 'freeze' },
  follow: { keys: ['F'], title: 'hold the row in place', group: 'View', pages: table },
  zoomIn: {
    keys: ['+', '='],
    title: 'shorter time window',
    group: 'View',
    pages: detail,
    hint: 'zoom',
  },
  zoomOut: { keys: ['-'], title: 'longer time window', group: 'View', pages: detail },
  zoomReset: { keys: ['0'], title: 'the last hour', group: 'View', pages: detail },
  log: { keys: ['l'], title: 'logarithmic scale', group: 'View', pages: detail, hint: 'log' },
  redraw: { keys: ['ctrl+l'], title: 'redraw', group: 'App', pages: both },
  suspend: { keys: ['ctrl+z'], title: 'suspend', group: 'App', pages: both },
  quit: { keys: ['q'], title: 'quit', group: 'App', pages: both, hint: 'quit' },
} as const satisfies Record<string, Binding>

export type ActionId = keyof typeof bindings
export const actionIds = Object.keys(bindings) as readonly ActionId[]
/** One view on the table above, without each binding's own literal types. */
export const bindingOf = (id: ActionId): Binding => bindings[id]

/** What a key does on a page. */
export const actionFor = (stroke: string, page: Page): ActionId | undefined =>
  actionIds.find(id => {
    const binding = bindingOf(id)
    return binding.pages.includes(page) && binding.keys.includes(stroke)
  })

const shownNames: Readonly<Record<string, string>> = {
  escape: 'Esc',
  enter: 'Enter',
  space: 'Space',
  pagedown: 'PgDn',
  pageup: 'PgUp',
  home: 'Home',
  end: 'End',
  up: 'Up',
  down: 'Down',
}

/** A key as people read it: `Ctrl-D`, `Enter`. */
export const keyName = (stroke: string): string =>
  shownNames[stroke] ??
  stroke.replace(/^ctrl\+(.)/, (_, letter: string) => `Ctrl-${letter.toUpperCase()}`)
