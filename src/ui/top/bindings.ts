export const pages = ['table', 'mesh', 'events', 'detail'] as const
export type Page = (typeof pages)[number]
export const groups = ['Move', 'Find', 'Act', 'View', 'App'] as const
export type Group = (typeof groups)[number]

export interface Binding {
  /** As `strokesOf` names them. */
  readonly keys: readonly string[]
  readonly title: string
  readonly group: Group
  /** Where it works; the palette runs it on the first of these. */
  readonly pages: readonly Page[]
  /** Shown in the last line of these pages, in this word. */
  readonly hint?: string
}

const table: readonly Page[] = ['table']
const detail: readonly Page[] = ['detail']
const events: readonly Page[] = ['events']
const mesh: readonly Page[] = ['mesh']
const lists: readonly Page[] = ['table', 'events', 'mesh']
const filtered: readonly Page[] = ['table', 'events']

/** Every key there is: the handlers, the help, the palette and the hints are drawn from this table. */
export const bindings = {
  help: { keys: ['?', 'f1'], title: 'help', group: 'App', pages, hint: 'help' },
  filter: { keys: ['/'], title: 'filter', group: 'Find', pages: filtered, hint: 'find' },
  sort: { keys: ['s'], title: 'sort menu', group: 'Find', pages: table, hint: 'sort' },
  open: { keys: ['enter'], title: 'open the node', group: 'Move', pages: lists, hint: 'open' },
  back: { keys: ['escape'], title: 'back', group: 'Move', pages },
  down: { keys: ['j', 'down'], title: 'next row', group: 'Move', pages: lists },
  up: { keys: ['k', 'up'], title: 'previous row', group: 'Move', pages: lists },
  first: { keys: ['g', 'home'], title: 'first row', group: 'Move', pages: lists },
  last: { keys: ['G', 'end'], title: 'last row', group: 'Move', pages: lists },
  halfDown: { keys: ['ctrl+d'], title: 'half a page down', group: 'Move', pages: lists },
  halfUp: { keys: ['ctrl+u'], title: 'half a page up', group: 'Move', pages: lists },
  pageDown: { keys: ['pagedown'], title: 'page down', group: 'Move', pages: lists },
  pageUp: { keys: ['pageup'], title: 'page up', group: 'Move', pages: lists },
  nextNode: {
    keys: ['n', 'j', 'down'],
    title: 'next node',
    group: 'Move',
    pages: detail,
    hint: 'next',
  },
  previousNode: { keys: ['N', 'k', 'up'], title: 'previous node', group: 'Move', pages: detail },
  nextPage: { keys: ['tab'], title: 'nodes, mesh, events', group: 'Move', pages },
  nodes: { keys: ['1'], title: 'the nodes', group: 'Move', pages },
  mesh: { keys: ['2'], title: 'the mesh: who sees whom', group: 'Move', pages, hint: 'mesh' },
  events: { keys: ['3'], title: 'the events', group: 'Move', pages, hint: 'events' },
  previousSource: { keys: ['['], title: 'previous source', group: 'Move', pages },
  nextSource: { keys: [']'], title: 'next source', group: 'Move', pages },
  cellLeft: { keys: ['h', 'left'], title: 'column left', group: 'Move', pages: mesh },
  cellRight: { keys: ['l', 'right'], title: 'column right', group: 'Move', pages: mesh },
  findings: {
    keys: ['d'],
    title: 'mesh: what is wrong',
    group: 'Find',
    pages: mesh,
    hint: 'diagnosis',
  },
  sources: {
    keys: ['o'],
    title: 'mesh: who was asked',
    group: 'Find',
    pages: mesh,
    hint: 'sources',
  },
  groupBy: {
    keys: ['b'],
    title: 'mesh: next grouping',
    group: 'View',
    pages: mesh,
    hint: 'group by',
  },
  lanes: {
    keys: ['i'],
    title: 'mesh: host, endpoint ..',
    group: 'View',
    pages: mesh,
    hint: 'probes',
  },
  meshOrder: { keys: ['s'], title: 'mesh: trouble or name', group: 'Find', pages: mesh },
  cells: { keys: ['v'], title: 'mesh: numbers, glyphs', group: 'View', pages: mesh },
  sortLeft: { keys: ['<'], title: 'sort by the column left', group: 'Find', pages: table },
  sortRight: { keys: ['>'], title: 'sort by the column right', group: 'Find', pages: table },
  reverse: { keys: ['R'], title: 'reverse the order', group: 'Find', pages: table },
  errors: { keys: ['e'], title: 'errors only', group: 'Find', pages: table, hint: 'errors' },
  level: {
    keys: ['v'],
    title: 'lowest severity shown',
    group: 'Find',
    pages: events,
    hint: 'severity',
  },
  mark: { keys: ['space'], title: 'mark', group: 'Find', pages: table },
  markAll: { keys: ['*'], title: 'mark all or none', group: 'Find', pages: table },
  probe: {
    keys: ['p'],
    title: 'probe this or marked',
    group: 'Act',
    pages: ['table', 'detail'],
    hint: 'probe',
  },
  probeShown: { keys: ['P'], title: 'probe all shown', group: 'Act', pages: table },
  refetch: { keys: ['r'], title: 'ask the source again', group: 'Act', pages },
  acknowledge: {
    keys: ['a'],
    title: 'acknowledge the event',
    group: 'Act',
    pages: events,
    hint: 'acknowledge',
  },
  copy: { keys: ['y'], title: 'copy name, IP or row', group: 'Act', pages },
  export: { keys: ['x'], title: 'write view to a file', group: 'Act', pages },
  columns: { keys: ['c'], title: 'choose columns', group: 'View', pages: table },
  wide: { keys: ['w'], title: 'all columns, scrolled', group: 'View', pages: table },
  scrollLeft: { keys: ['h', 'left'], title: 'scroll left when wide', group: 'View', pages: table },
  scrollRight: {
    keys: ['l', 'right'],
    title: 'scroll right when wide',
    group: 'View',
    pages: table,
  },
  freeze: { keys: ['f'], title: 'freeze the screen', group: 'View', pages },
  follow: { keys: ['F'], title: 'hold the row in place', group: 'View', pages: table },
  zoomIn: {
    keys: ['+', '='],
    title: 'shorter time window',
    group: 'View',
    pages: detail,
    hint: 'zoom',
  },
  zoomOut: { keys: ['-'], title: 'longer time window', group: 'View', pages: detail },
  zoomReset: { keys: ['0'], title: 'all the history', group: 'View', pages: detail },
  log: { keys: ['l'], title: 'logarithmic scale', group: 'View', pages: detail, hint: 'log' },
  prober: { keys: ['I'], title: 'this prober itself', group: 'App', pages },
  chartPaths: { keys: ['v'], title: 'chart: host, endpoint', group: 'View', pages: detail },
  chartKinds: { keys: ['i'], title: 'chart: ICMP, HTTP', group: 'View', pages: detail },
  sampleBefore: { keys: ['left'], title: 'chart: earlier sample', group: 'View', pages: detail },
  sampleAfter: { keys: ['right'], title: 'chart: later sample', group: 'View', pages: detail },
  theme: { keys: ['T'], title: 'next theme', group: 'View', pages },
  mouse: { keys: ['M'], title: 'mouse on or off', group: 'App', pages },
  messages: { keys: ['L'], title: 'messages again', group: 'App', pages },
  redraw: { keys: ['ctrl+l'], title: 'redraw', group: 'App', pages },
  suspend: { keys: ['ctrl+z'], title: 'suspend', group: 'App', pages },
  quit: { keys: ['q'], title: 'quit', group: 'App', pages, hint: 'quit' },
  palette: { keys: [':'], title: 'find an action', group: 'App', pages, hint: 'actions' },
} as const satisfies Record<string, Binding>

export type ActionId = keyof typeof bindings
export const actionIds = Object.keys(bindings) as readonly ActionId[]
export const isActionId = (text: string): text is ActionId => Object.hasOwn(bindings, text)
/** One view on the table above, without each binding's own literal types. */
export const bindingOf = (id: ActionId): Binding => bindings[id]
