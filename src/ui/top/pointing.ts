import { changes } from './actions.ts'
import { type Size, sceneOf } from './compose.ts'
import type { MouseEvent } from './mouse.ts'
import { hitOf } from './screens/hit.ts'
import type { Shown } from './screens/shown.ts'
import { settle, type View } from './view.ts'

const wheelRows = 3

/** What the mouse does: the wheel moves, a click selects a row, or sorts by a heading. */
export function pointed(shown: Shown, size: Size, event: MouseEvent): View {
  const { view, order, events } = shown
  if (view.dialog !== undefined || view.draft !== undefined) return view
  if (event.kind === 'wheel') return wheeled(shown, size, event.step)
  const hit = hitOf(shown, size, event)
  if (hit === undefined) return view
  if (hit.kind === 'heading') {
    const reversed = view.sort.column === hit.column && !view.sort.reversed
    return { ...view, sort: { column: hit.column, reversed } }
  }
  if (view.page === 'events') {
    return {
      ...view,
      events: { ...view.events, at: hit.place, selected: events[hit.place]?.id },
    }
  }
  const selected = { ...view, at: hit.place, selected: order.names[hit.place] }
  return settle(selected, order, sceneOf(shown, size).body)
}

function wheeled(shown: Shown, size: Size, step: 1 | -1): View {
  const scene = sceneOf(shown, size)
  const move = changes[step > 0 ? 'down' : 'up']
  let { view } = shown
  for (let row = 0; row < wheelRows; row += 1) view = move?.(view, scene) ?? view
  return view
}
