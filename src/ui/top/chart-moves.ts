import { emptyHistory, type History } from '../../core/model/history.ts'
import { probeKinds } from '../../core/model/probe.ts'
import type { Change } from './actions.ts'
import type { Scene, View } from './view.ts'

/** What the charts of a node show. */
export interface ChartChoice {
  readonly paths: 'all' | 'host' | 'endpoint'
  readonly kinds: 'all' | 'icmp' | 'http'
  /** The time whose samples are told, Unix milliseconds; undefined: the newest ones. */
  readonly cursorMs: number | undefined
}

export const firstChart: ChartChoice = { paths: 'all', kinds: 'all', cursorMs: undefined }

const turned =
  <Key extends 'paths' | 'kinds'>(key: Key, choices: readonly ChartChoice[Key][]): Change =>
  view => {
    const next = choices[(choices.indexOf(view.chart[key]) + 1) % choices.length]
    return { ...view, chart: { ...view.chart, [key]: next } }
  }

/** From sample to sample of the node's first path. */
const cursorBeside =
  (step: -1 | 1): Change =>
  (view, scene) => {
    if (!scene.charted()) return view
    const history = cursorHistory(view, scene)
    const { cursorMs } = view.chart
    const newest = history.length - 1
    const at = cursorMs === undefined ? newest + (step < 0 ? 1 : 0) : sampleNear(history, cursorMs)
    const next = Math.max(0, at + step)
    const moved = next >= newest && step > 0 ? undefined : history.atMs(next)
    return newest < 0 ? view : { ...view, chart: { ...view.chart, cursorMs: moved } }
  }

function cursorHistory(view: View, { snapshot }: Scene): History {
  const node = snapshot.nodes.find(({ name }) => name === view.selected)
  const histories = (node?.paths ?? []).flatMap(({ probes }) =>
    probeKinds.map(kind => probes[kind].history),
  )
  return histories.find(({ length }) => length > 0) ?? emptyHistory
}

/** The sample that is nearest in time; -1 where there is none. */
export function sampleNear(history: History, atMs: number): number {
  let nearest = -1
  let leastMs = Number.POSITIVE_INFINITY
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const offMs = Math.abs(history.atMs(index) - atMs)
    if (offMs > leastMs) break
    nearest = index
    leastMs = offMs
  }
  return nearest
}

export const chartChanges = {
  chartPaths: turned('paths', ['all', 'endpoint', 'host']),
  chartKinds: turned('kinds', ['all', 'icmp', 'http']),
  sampleBefore: cursorBeside(-1),
  sampleAfter: cursorBeside(1),
} satisfies Record<string, Change>
