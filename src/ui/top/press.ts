import type { NodeName } from '../../core/model/node.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { editDraft, pressHelp, pressSort } from './dialogs.ts'
import { count } from './format.ts'
import { type ActionId, actionFor } from './keys.ts'
import { changes, placeOf, type Scene, type View } from './view.ts'

/** What a key wants done outside the view. */
export type Effect =
  | { readonly kind: 'quit' | 'suspend' | 'redraw' }
  | { readonly kind: 'probe'; readonly nodes: readonly NodeName[] }

export interface Pressed {
  readonly view: View
  readonly effect?: Effect
}

/** More nodes than this are not probed without asking. */
const askAbove = 100

/** What a key does: to what is being typed, to the dialog that is open, or by the table of keys. */
export function pressed(view: View, stroke: string, scene: () => Scene): Pressed {
  if (view.draft !== undefined) return { view: editDraft(view, stroke) }
  switch (view.dialog?.kind) {
    case 'help':
      return { view: pressHelp(view, stroke) }
    case 'sort':
      return { view: pressSort(view, stroke) }
    case 'confirm': {
      const closed = { ...view, dialog: undefined }
      const { nodes } = view.dialog
      return stroke === 'y' ? { view: closed, effect: { kind: 'probe', nodes } } : { view: closed }
    }
    case undefined: {
      const action = actionFor(stroke, view.page)
      return action === undefined ? { view } : act({ ...view, message: undefined }, action, scene())
    }
    default:
      return view.dialog satisfies never
  }
}

function act(view: View, action: ActionId, scene: Scene): Pressed {
  if (action === 'quit' || action === 'suspend' || action === 'redraw') {
    return { view, effect: { kind: action } }
  }
  if (action === 'probe') return { view, effect: { kind: 'probe', nodes: chosen(view, scene) } }
  if (action === 'probeShown') return probeShown(view, scene)
  return { view: changes[action]?.(view, scene) ?? view }
}

/** The marked nodes, or the selected one. */
function chosen(view: View, { order }: Scene): readonly NodeName[] {
  if (view.marks.size > 0 && view.page === 'table') return [...view.marks]
  const place = placeOf(view, order)
  return order.names.slice(place, place + 1)
}

function probeShown(view: View, { order, snapshot }: Scene): Pressed {
  const nodes = order.names
  if (nodes.length <= askAbove) return { view, effect: { kind: 'probe', nodes } }
  const question = `Probe ${count(nodes.length, 'node')} now${estimate(nodes, snapshot)}?`
  return { view: { ...view, dialog: { kind: 'confirm', nodes, question } } }
}

function estimate(names: readonly NodeName[], { nodes, prober }: Snapshot): string {
  if (prober === undefined || prober.maxProbesPerSecond <= 0) return ''
  const wanted = new Set(names)
  const probes = nodes.reduce(
    (sum, node) => sum + (wanted.has(node.name) ? 2 * node.paths.length : 0),
    0,
  )
  return `, about ${Math.ceil(probes / prober.maxProbesPerSecond)}s`
}
