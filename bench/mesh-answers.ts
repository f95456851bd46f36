import { createLastAnswer, shareNames } from '../src/core/api/kubernetes/memory.ts'
import { toWire } from '../src/core/api/wire.ts'
import { systemClock } from '../src/core/clock.ts'
import { createMesh } from '../src/core/engine/mesh.ts'
import { viewMesh } from '../src/core/model/mesh-view.ts'
import type { Snapshot } from '../src/core/model/snapshot.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import { type Row, round } from './lab.ts'

/**
 * From the JSON that each agent of a cluster answers to the matrix, twice: what `mesh -H k8s://` and
 * `top -H k8s://` do: what a round costs, and what is held.
 */
export function measureAnswers(
  sources: number,
  targets: number,
  snapshotOf: (source: number, targets: number) => Snapshot,
): readonly Row[] {
  const keeper = createMesh({ clock: systemClock })
  const sharedNames = shareNames()
  const agents = Array.from({ length: sources }, (_, source) => {
    const origin = { kind: 'daemon', label: `${source}` } as const
    const options = { clock: systemClock, origin, historyLength: 1, sharedNames, sources }
    const memory = createLastAnswer({ ...options, factsOf: () => undefined })
    keeper.follow({ label: origin.label }, { ...memory, ...memory.store, ...unused })
    return memory
  })
  const before = held()
  const rounds = [1, 2].map(() => {
    let ms = 0
    agents.forEach((agent, source) => {
      const text = JSON.stringify(toWire(snapshotOf(source, targets)))
      const start = process.cpuUsage()
      agent.take(text)
      agent.store.setFeed({ kind: 'live' })
      const { user, system } = process.cpuUsage(start)
      ms += (user + system) / 1000
    })
    return ms
  })
  const { seen } = viewMesh(keeper.mesh(), { groupBy: 'cluster' })
  const heldMb = held() - before
  keeper.close()
  for (const { store } of agents) store.close()
  const [first = 0, again = 0] = rounds
  const what = `${sources} x ${targets} from JSON`
  const command = 'node --expose-gc bench/mesh.ts'
  return [
    { figure: `${what}: the first round, CPU ms`, ours: round(first, 0), target: 'told', command },
    { figure: `${what}: a round again, CPU ms`, ours: round(again, 0), target: 'told', command },
    {
      figure: `${what}: ${seen.read} rows and packed answers held, MB`,
      ours: round(heldMb, 0),
      target: '<= 300',
      command,
    },
  ]
}

const unused: Pick<HealthSource, 'probe' | 'close'> = {
  probe: async () => ({ kind: 'cached' }),
  close: async () => {},
}

function held(): number {
  globalThis.gc?.()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return (arrayBuffers + heapUsed) / 2 ** 20
}
