import { createAttachment } from '../src/core/api/attach.ts'
import { systemClock } from '../src/core/clock.ts'
import type { MeshSource } from '../src/core/engine/mesh.ts'
import type { NodeName } from '../src/core/model/node.ts'
import type { HealthSource } from '../src/core/model/source.ts'

export interface OpenedSource extends MeshSource {
  readonly source: HealthSource
}

/** Opens what a URI leads to: one daemon, or all of a cluster. */
export type OpenSources = (uris: readonly string[]) => Promise<readonly OpenedSource[]>

/** An attachment for each `URI` or `NAME=URI`. Throws a UserError for one that leads nowhere. */
export const openSources: OpenSources = async uris => {
  const opened: OpenedSource[] = []
  try {
    for (const spec of new Set(uris)) opened.push(open(spec))
    return opened
  } catch (error) {
    await Promise.all(opened.map(({ source }) => source.close()))
    throw error
  }
}

function open(spec: string): OpenedSource {
  const [, name, uri = spec] = /^([^=:]+)=(.*:\/\/.*)$/s.exec(spec) ?? []
  // Only the last outcomes are shown: a history of each pair would be most of the memory.
  const source = createAttachment({ target: uri, clock: systemClock, historyLength: 1 })
  return { label: uri, name: name as NodeName | undefined, source }
}
