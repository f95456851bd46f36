import type { NodeName } from '../../core/model/node.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { changes } from './actions.ts'
import { type ActionId, bindingOf } from './bindings.ts'
import { type CopyChoice, copyChoices } from './copy.ts'
import { editDraft, pressColumns, pressReading, pressSort } from './dialogs.ts'
import { type ExportFormat, exportFormats, firstName } from './export.ts'
import { count } from './format.ts'
import { actionFor } from './keys.ts'
import { movedBy } from './moves.ts'
import { actionsWith, findActions } from './palette.ts'
import { typed, typingOf } from './typing.ts'
import { type Dialog, inDetail, placeOf, type Scene, type Search, type View } from './view.ts'

/** What a key wants done outside the view. */
export type Effect =
  | { readonly kind: 'quit' | 'suspend' | 'redraw' | 'refetch' }
  | { readonly kind: 'probe'; readonly nodes: readonly NodeName[] }
  | { readonly kind: 'acknowledge'; readonly event: number }
  | { readonly kind: 'copy'; readonly what: CopyChoice }
  | { readonly kind: 'export'; readonly format: ExportFormat; readonly name: string }
  | { readonly kind: 'mouse'; readonly on: boolean }
  | { readonly kind: 'tell'; readonly text: string }

export interface Pressed {
  readonly view: View
  readonly effect?: Effect
}

/** More nodes than this are not probed without asking. */
const askAbove = 100

/** What a key does: to what is being typed, to the dialog that is open, or by the table of keys. */
export function pressed(view: View, stroke: string, scene: () => Scene): Pressed {
  if (view.draft !== undefined) return { view: editDraft(view, view.draft, stroke) }
  if (view.dialog !== undefined) return pressDialog(view, view.dialog, stroke, scene)
  const now = scene()
  const action = actionFor(stroke, view.page, now.keys)
  return action === undefined ? { view } : act({ ...view, message: undefined }, action, now)
}

function pressDialog(view: View, dialog: Dialog, stroke: string, scene: () => Scene): Pressed {
  const closed = { ...view, dialog: undefined }
  switch (dialog.kind) {
    case 'help':
      return dialog.search === undefined
        ? { view: pressReading(view, stroke, dialog, scene()) }
        : pressHelpSearch(view, dialog.search, stroke, scene())
    case 'prober':
    case 'text':
      return { view: pressReading(view, stroke, dialog, scene()) }
    case 'sort':
      return { view: pressSort(view, stroke) }
    case 'columns':
      return { view: pressColumns(view, stroke, dialog.at, scene()) }
    case 'confirm':
      return stroke === 'y'
        ? { view: closed, effect: { kind: 'probe', nodes: dialog.nodes } }
        : { view: closed }
    case 'copy': {
      const what = copyChoices[stroke]
      return what === undefined
        ? { view: closed }
        : { view: closed, effect: { kind: 'copy', what } }
    }
    case 'palette':
      return pressPalette(view, dialog, stroke, scene())
    case 'export':
      return pressExport(view, dialog, stroke)
    default:
      return dialog satisfies never
  }
}

function pressPalette(view: View, search: Search, stroke: string, scene: Scene): Pressed {
  const found = findActions(search.text)
  const closed = { ...view, dialog: undefined }
  if (stroke === 'enter') return run(found[search.at], closed, scene)
  const next = searched(search, stroke, found.length, scene)
  return { view: next === undefined ? closed : { ...view, dialog: { kind: 'palette', ...next } } }
}

/** Without a search any more it is the whole help again. */
function pressHelpSearch(view: View, search: Search, stroke: string, scene: Scene): Pressed {
  const found = actionsWith(search.text, scene.keys)
  if (stroke === 'enter') return run(found[search.at], { ...view, dialog: undefined }, scene)
  const next = searched(search, stroke, found.length, scene)
  return { view: { ...view, dialog: { kind: 'help', top: 0, search: next } } }
}

/** What a key makes of a search among so many; undefined: it ends. */
function searched(
  search: Search,
  stroke: string,
  length: number,
  { keys, body }: Scene,
): Search | undefined {
  if (stroke === 'escape' || (stroke === 'backspace' && search.text === '')) return undefined
  const line = typed(search, stroke)
  if (line !== undefined) return { ...line, at: line.text === search.text ? search.at : 0 }
  return { ...search, at: movedBy(stroke, keys, search.at, body, length) ?? search.at }
}

/** Runs an action, on this page or on the first where there is such a thing. */
function run(action: ActionId | undefined, view: View, scene: Scene): Pressed {
  return action === undefined ? { view } : act(onPageOf(action, view, scene), action, scene)
}

/** The view on a page where the action works: its own, or the first that has it. */
function onPageOf(action: ActionId, view: View, scene: Scene): View {
  const { pages } = bindingOf(action)
  const [page = view.page] = pages
  if (pages.includes(view.page)) return view
  const selected = view.selected ?? scene.order.names[placeOf(view, scene.order)]
  return page === 'detail' ? inDetail(view, selected) : { ...view, page, selected }
}

function pressExport(
  view: View,
  { format, text, cursor }: Dialog & { kind: 'export' },
  stroke: string,
): Pressed {
  const closed = { ...view, dialog: undefined }
  if (stroke === 'escape') return { view: closed }
  const chosen = format ?? exportFormats[stroke]
  if (chosen === undefined) return { view: closed }
  const name = text.trim()
  if (format !== undefined && stroke === 'enter') {
    return name === ''
      ? { view: closed }
      : { view: closed, effect: { kind: 'export', format, name } }
  }
  const line = { text, cursor }
  const next =
    format === undefined ? typingOf(firstName(view, chosen)) : (typed(line, stroke) ?? line)
  return { view: { ...view, dialog: { kind: 'export', format: chosen, ...next } } }
}

function act(view: View, action: ActionId, scene: Scene): Pressed {
  switch (action) {
    case 'quit':
    case 'suspend':
    case 'redraw':
    case 'refetch':
      return { view, effect: { kind: action } }
    case 'probe':
      return probe(view, chosen(view, scene), scene)
    case 'probeShown':
      return probe(view, scene.order.names, scene)
    case 'acknowledge': {
      const event = scene.events[view.events.at]?.id
      return event === undefined ? { view } : { view, effect: { kind: 'acknowledge', event } }
    }
    case 'theme': {
      const next = changes.theme?.(view, scene) ?? view
      return { view: next, effect: { kind: 'tell', text: `theme ${next.theme}` } }
    }
    case 'zoomIn':
    case 'zoomOut': {
      const next = changes[action]?.(view, scene) ?? view
      if (next.windowMs !== view.windowMs) return { view: next }
      const text = action === 'zoomIn' ? 'no window is shorter' : 'no window is longer'
      return { view, effect: { kind: 'tell', text } }
    }
    case 'mouse':
      return {
        view: { ...view, mouse: !view.mouse },
        effect: { kind: 'mouse', on: !view.mouse },
      }
    default:
      return { view: changes[action]?.(view, scene) ?? view }
  }
}

/** The marked nodes that are shown; the selected one where none is marked. */
function chosen(view: View, { order }: Scene): readonly NodeName[] {
  if (view.marks.size > 0 && view.page === 'table') {
    return order.names.filter(name => view.marks.has(name))
  }
  const place = placeOf(view, order)
  return order.names.slice(place, place + 1)
}

function probe(view: View, nodes: readonly NodeName[], { snapshot }: Scene): Pressed {
  if (nodes.length <= askAbove) return { view, effect: { kind: 'probe', nodes } }
  const question = `Probe ${count(nodes.length, 'node')} now, ${estimate(nodes, snapshot)}?`
  return { view: { ...view, dialog: { kind: 'confirm', nodes, question } } }
}

/** A daemon of Cilium's does not tell how fast it probes. */
function estimate(names: readonly NodeName[], { nodes, prober }: Snapshot): string {
  if (prober === undefined || prober.maxProbesPerSecond <= 0)
    return 'nobody knows how long it takes'
  const wanted = new Set(names)
  const probes = nodes.reduce(
    (sum, node) => sum + (wanted.has(node.name) ? 2 * node.paths.length : 0),
    0,
  )
  const seconds = Math.ceil(probes / prober.maxProbesPerSecond)
  return `about ${seconds}s at ${prober.maxProbesPerSecond} probes/s`
}
