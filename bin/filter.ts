import { UserError } from '../src/core/errors.ts'
import type { HealthStatusResponse } from '../src/core/model/cilium.ts'
import type { Snapshot } from '../src/core/model/snapshot.ts'

export interface FilterFlags {
  readonly filter?: string
}

/** Leaves the nodes that `--filter` names, in the language of the screen's prompt. */
export async function filterOf({ filter: text }: FilterFlags) {
  if (!text) return (snapshot: Snapshot) => snapshot
  const { createFilter } = await import('../src/ui/top/filter.ts')
  const filter = createFilter(text)
  if (filter.kind === 'error') throw misplaced('--filter', text, filter)
  let told: string | undefined
  return (snapshot: Snapshot): Snapshot => {
    const lack = filter.lacks(snapshot)
    if (lack !== undefined && lack !== told) process.stderr.write(`--filter: ${lack}\n`)
    told = lack
    const nodes = snapshot.nodes.filter(node => filter.matches(node, snapshot, snapshot.takenAtMs))
    return { ...snapshot, nodes }
  }
}

/** The same for a daemon's answer as it came. */
export async function responseFilterOf(flags: FilterFlags) {
  const [{ fromWire }, { createStore }, { systemClock }, shown] = await Promise.all([
    import('../src/core/api/read-wire.ts'),
    import('../src/core/engine/store.ts'),
    import('../src/core/clock.ts'),
    filterOf(flags),
  ])
  return (response: HealthStatusResponse): HealthStatusResponse => {
    const { list, findings, intervalMs } = fromWire(response, systemClock.nowMs())
    const origin = { kind: 'daemon', label: '' } as const
    const store = createStore({ clock: systemClock, origin, historyLength: 1 })
    store.setNodes(list)
    store.setIntervalMs(intervalMs)
    for (const { path, kind, outcome } of findings) {
      store.record([{ slot: store.slotOf(path) ?? 0, kind, outcome }])
    }
    const names = new Set<string | undefined>(shown(store.snapshot()).nodes.map(node => node.name))
    store.close()
    return { ...response, nodes: (response.nodes ?? []).filter(node => names.has(node.name)) }
  }
}

/** What could not be read, with its place below it. */
export const misplaced = (
  flag: string,
  text: string,
  { message, position }: { readonly message: string; readonly position: number },
): UserError =>
  new UserError(
    `${flag}, position ${position + 1}: ${message}`,
    `  ${text}\n  ${' '.repeat(position)}^`,
  )
