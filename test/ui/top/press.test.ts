import { expect, test } from 'vitest'
import type { NodeName } from '../../../src/core/model/node.ts'
import { actionIds, bindingOf, pages } from '../../../src/ui/top/bindings.ts'
import { actionFor, bindKeys, defaultKeys, keyName } from '../../../src/ui/top/keys.ts'
import { pressed } from '../../../src/ui/top/press.ts'
import {
  firstView,
  placeOf,
  type Scene,
  settle,
  settleMarks,
  type View,
} from '../../../src/ui/top/view.ts'
import { bigCluster, nowMs } from '../../support/clusters.ts'

const sceneOf = (count: number, body = 10): Scene => {
  const snapshot = bigCluster(count)
  const names = snapshot.nodes.map(node => node.name)
  const order = { names, index: new Map(names.map((name, index) => [name, index])) }
  return {
    order,
    events: [],
    log: [],
    body,
    reading: () => ({ length: 60, body: 20 }),
    snapshot,
    nowMs,
    columns: ['node', 'state', 'h-icmp'],
    chosen: ['node', 'state', 'h-icmp'],
    spanMs: 7 * 60_000,
    charted: () => true,
    keys: defaultKeys,
    sources: [],
    mesh: undefined,
  }
}
const scene = sceneOf(50)
const strike = (view: View, ...strokes: string[]): View =>
  strokes.reduce((now, stroke) => pressed(now, stroke, () => scene).view, view)
const place = (view: View) => placeOf(view, scene.order)

test('no key means two things on one page', () => {
  for (const page of pages) {
    const keys = actionIds.flatMap(id =>
      bindingOf(id).pages.includes(page) ? bindingOf(id).keys : [],
    )
    expect(new Set(keys).size).toBe(keys.length)
  }
  expect(actionFor('z', 'table')).toBeUndefined()
  expect(keyName('ctrl+d')).toBe('Ctrl-D')
})

test('the selection moves by rows, half pages and pages, and stops at the ends', () => {
  expect(place(strike(firstView, 'j', 'down', 'k'))).toBe(1)
  expect(place(strike(firstView, 'ctrl+d'))).toBe(5)
  expect(place(strike(firstView, 'pagedown'))).toBe(10)
  expect(place(strike(firstView, 'G', 'j'))).toBe(49)
  expect(place(strike(firstView, 'G', 'g', 'k'))).toBe(0)
  expect(strike(firstView, 'pagedown').top).toBe(1)
})

test('the selection follows the node, not its place', () => {
  const view = strike(firstView, 'j', 'j')
  const names = [...scene.order.names].reverse()
  const reversed = { names, index: new Map(names.map((name, index) => [name, index])) }
  const settled = settle(view, reversed, 10)
  expect(settled.selected).toBe(scene.order.names[2])
  expect(settled.at).toBe(47)
  expect(settled.top).toBe(38)
  // Held in place, the row stays on its line of the screen.
  expect(settle({ ...view, follow: true }, reversed, 10).top).toBe(40)
})

test('when the node goes, its neighbour is selected', () => {
  const view = strike(firstView, 'j', 'j')
  const names = scene.order.names.filter((_, index) => index !== 2)
  const fewer = { names, index: new Map(names.map((name, index) => [name, index])) }
  expect(settle(view, fewer, 10).selected).toBe(scene.order.names[3])
})

test('a filter takes effect while it is typed, and the last good one stays', () => {
  const typed = strike(firstView, '/', ...'web')
  expect(typed.filter.text).toBe('web')
  const broken = strike(typed, 'space', '(')
  expect(broken.filter.text).toBe('web ')
  expect(broken.draft?.error?.at).toBe(5)
  expect(strike(broken, 'enter')).toEqual(broken)
  expect(strike(broken, 'escape').filter.text).toBe('')
  expect(strike(typed, 'backspace').filter.text).toBe('we')
  expect(strike(typed, 'ctrl+u', 'backspace').draft).toBeUndefined()
})

test('while a filter is not understood, the one before it is in force', () => {
  const web = strike(firstView, '/', ...'web', 'enter')
  expect(strike(web, '/', 'space', ...'foo=bar').filter.text).toBe('web ')
  const broken = strike(web, '/', 'ctrl+u', ...'nope=x', 'enter')
  expect([broken.draft?.text, broken.filter.text, broken.past]).toEqual(['nope=x', '', ['web']])
})

test('a word that may become a field is no name yet, until it is entered', () => {
  const typing = strike(firstView, '/', ...'sta')
  expect(typing.filter.text).toBe('')
  expect(strike(typing, ...'te=down').filter.text).toBe('state=down')
  expect(strike(typing, 'enter').filter.text).toBe('sta')
})

test('keys of the table are letters while a filter is typed', () => {
  expect(strike(firstView, '/', 'q', 'j', 'space', 'R').filter.text).toBe('qj R')
})

test('the sort menu picks by letter, and again reverses', () => {
  expect(strike(firstView, 's', '1').sort).toEqual({ column: 'h-icmp', reversed: false })
  expect(strike(firstView, 's', '1', 's', '1').sort).toEqual({ column: 'h-icmp', reversed: true })
  expect(strike(firstView, 's', 'escape').sort).toEqual(firstView.sort)
  expect(strike(firstView, '>').sort.column).toBe('h-icmp')
  expect(strike(firstView, '<').sort.column).toBe('node')
  expect(strike(firstView, 'R').sort.reversed).toBe(true)
})

test('arrows go through the columns of the sort menu, which stays open', () => {
  const view = strike(firstView, 's', 'down', 'down')
  expect([view.sort.column, view.dialog?.kind]).toEqual(['zone', 'sort'])
  expect(strike(view, 'up', 'enter')).toMatchObject({ sort: { column: 'ip' }, dialog: undefined })
})

test('marks are set by Space, by * for all, and cleared by Esc', () => {
  const marked = strike(firstView, 'space', 'space')
  expect([...marked.marks]).toEqual(scene.order.names.slice(0, 2))
  expect(strike(marked, 'g', 'space').marks.size).toBe(1)
  expect(strike(marked, '*').marks.size).toBe(50)
  expect(strike(marked, '*', '*').marks.size).toBe(0)
  expect(strike(marked, 'escape').marks.size).toBe(0)
})

test('Esc goes back one step: the view, the filter, errors only', () => {
  const deep = strike(firstView, 'e', '/', 'w', 'enter', 'enter')
  expect(deep.page).toBe('detail')
  const back = strike(deep, 'escape')
  expect([back.page, back.filter.text]).toEqual(['table', 'w'])
  expect(strike(back, 'escape').errorsOnly).toBe(true)
  expect(strike(back, 'escape', 'escape').errorsOnly).toBe(false)
})

test('p probes the selected node, or the marked ones', () => {
  const probe = (view: View) => pressed(view, 'p', () => scene).effect
  expect(probe(strike(firstView, 'j'))).toEqual({ kind: 'probe', nodes: [scene.order.names[1]] })
  expect(probe(strike(firstView, 'space', 'space'))).toEqual({
    kind: 'probe',
    nodes: scene.order.names.slice(0, 2),
  })
})

test('of the marked nodes those are probed that are shown', () => {
  const marked = strike(firstView, '*')
  const few = scene.order.names.slice(0, 2)
  const filtered = { ...scene, order: { names: few, index: new Map() } }
  expect(pressed(marked, 'p', () => filtered).effect).toEqual({ kind: 'probe', nodes: few })
})

test('the marks of nodes that left are dropped, but not by a list that is empty yet', () => {
  const marked = strike(firstView, 'space', 'space')
  const [, second] = scene.order.names
  const left = new Map([[second as NodeName, 0]])
  expect([...settleMarks(marked, left).marks]).toEqual([second])
  expect(settleMarks(marked, new Map())).toBe(marked)
})

test('above a hundred nodes the marked ones are asked for too, and a pace that is unknown is said to be', () => {
  const many = sceneOf(150)
  const marked = pressed(firstView, '*', () => many).view
  expect(pressed(marked, 'p', () => many).view.dialog).toMatchObject({
    question: 'Probe 150 nodes now, about 2s at 500 probes/s?',
  })
  const attached = { ...many, snapshot: { ...many.snapshot, prober: undefined } }
  expect(pressed(marked, 'p', () => attached).view.dialog).toMatchObject({
    question: 'Probe 150 nodes now, nobody knows how long it takes?',
  })
})

test('P probes what is shown, and asks first above a hundred nodes', () => {
  expect(pressed(firstView, 'P', () => scene).effect).toMatchObject({ kind: 'probe' })
  const asked = pressed(firstView, 'P', () => sceneOf(150))
  expect(asked.effect).toBeUndefined()
  expect(asked.view.dialog).toMatchObject({
    question: 'Probe 150 nodes now, about 2s at 500 probes/s?',
  })
  expect(pressed(asked.view, 'n', () => scene).effect).toBeUndefined()
  expect(pressed(asked.view, 'y', () => scene).effect).toMatchObject({ kind: 'probe' })
})

test('the detail view zooms, takes logarithms, and goes from node to node', () => {
  const detail = strike(firstView, 'enter')
  const minutes = (view: View) => (view.windowMs ?? 0) / 60_000
  expect(minutes(detail)).toBe(0)
  expect(minutes(strike(detail, '+'))).toBe(5)
  expect(minutes(strike(detail, '+', '+', '+'))).toBe(1)
  expect(minutes(strike(detail, '-', '-'))).toBe(60)
  expect(strike(detail, '+', '0').windowMs).toBeUndefined()
  expect(strike(detail, 'l').log).toBe(true)
  expect(strike(detail, 'n', 'n', 'N').selected).toBe(scene.order.names[1])
})

test('freezing keeps the snapshot and its time', () => {
  const frozen = strike(firstView, 'f')
  expect(frozen.frozen).toEqual({ snapshot: scene.snapshot, events: [], nowMs })
  expect(strike(frozen, 'f').frozen).toBeUndefined()
})

test('on an empty table no key does harm', () => {
  const empty: Scene = { ...scene, order: { names: [], index: new Map<NodeName, number>() } }
  let view = firstView
  const keys = actionIds.flatMap(id => bindingOf(id).keys)
  for (const key of keys) {
    view = pressed(view, key, () => empty).view
    view = settle(view, empty.order, 5)
  }
  expect(view.at).toBe(0)
})

test('Tab goes on from a node as from the nodes', () => {
  expect(strike(firstView, 'enter', 'tab').page).toBe('mesh')
  expect(strike(firstView, 'tab', 'tab', 'tab').page).toBe('table')
})

test('filters used before come back with the arrows', () => {
  const used = strike(firstView, '/', ...'web', 'enter', '/', 'ctrl+u', ...'db', 'enter')
  const open = strike(used, '/')
  expect(strike(open, 'up').draft?.text).toBe('db')
  expect(strike(open, 'up', 'up', 'up').filter.text).toBe('web')
  expect(strike(open, 'up', 'up', 'down').draft?.text).toBe('db')
  expect(strike(open, 'up', 'down').draft?.text).toBe('')
})

test('the help moves by the keys of the lists, and only what leads out closes it', () => {
  const top = (...keys: string[]) => {
    const { dialog } = strike(firstView, '?', ...keys)
    return dialog?.kind === 'help' ? dialog.top : 'closed'
  }
  expect(top('j', 'down', 'k')).toBe(1)
  expect(top('G')).toBe(40)
  expect(top('G', 'k')).toBe(39)
  expect(top('ctrl+d', 'pagedown', 'ctrl+u')).toBe(20)
  expect(top('end', 'home')).toBe(0)
  expect(top('x', 'P', 'enter', '1')).toBe(0)
  for (const key of ['escape', 'q', '?', 'f1']) expect(top(key)).toBe('closed')
})

test('the help is searched, and Enter runs what is chosen', () => {
  expect(strike(firstView, '?', '/', ...'errors on', 'enter').errorsOnly).toBe(true)
  const found = strike(firstView, '?', '/', ...'sort by', 'down')
  expect(found.dialog).toMatchObject({ kind: 'help', search: { text: 'sort by', at: 1 } })
  expect(strike(found, 'enter').sort.column).toBe('h-icmp')
  expect(strike(found, 'escape').dialog).toEqual({ kind: 'help', top: 0, search: undefined })
})

test('dialogs obey the keys that rows are moved by, whichever they are', () => {
  const bound = bindKeys({ down: 'Ctrl-N' })
  if (bound.kind === 'error') throw new Error(bound.message)
  const own = { ...scene, keys: bound.keys }
  const dialog = (...strokes: string[]) =>
    strokes.reduce((view, stroke) => pressed(view, stroke, () => own).view, firstView).dialog
  expect(dialog('?', 'ctrl+n')).toMatchObject({ top: 1 })
  expect(dialog('c', 'ctrl+n', 'ctrl+n')).toMatchObject({ at: 2 })
  expect(dialog(':', 'ctrl+n')).toMatchObject({ at: 1 })
  expect(dialog('?', 'j')).toMatchObject({ top: 0 })
})
