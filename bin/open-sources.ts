import type { AccessFlags } from '../src/core/api/access-files.ts'
import { createAttachment } from '../src/core/api/attach.ts'
import { systemClock } from '../src/core/clock.ts'
import type { MeshSource } from '../src/core/engine/mesh.ts'
import type { FactsOf, NodeName } from '../src/core/model/node.ts'
import type { HealthSource } from '../src/core/model/source.ts'
import { accessOf, accessWords } from './access-flags.ts'
import type { KubernetesFlags } from './kubernetes-flags.ts'
import { factsAskedFor, type NodeLabelsFlags } from './node-labels.ts'

export interface OpenedSource extends MeshSource {
  readonly source: HealthSource
  /** Resolves once it is this source's turn to be asked; at once without it. */
  readonly asked?: Promise<void>
}

export interface SourcesFlags extends AccessFlags, NodeLabelsFlags, KubernetesFlags {}

/** Opens what a URI leads to: one daemon, or all of a cluster. */
export type OpenSources = (uris: readonly string[]) => Promise<readonly OpenedSource[]>

/** Attachments for each `URI` or `NAME=URI`. Throws a UserError for one that leads nowhere. */
export const openSources =
  (flags: SourcesFlags, historyLength = lastOnly): OpenSources =>
  async uris => {
    const opened: OpenedSource[] = []
    const factsOf = await factsAskedFor(flags)
    const all = { flags, historyLength, factsOf }
    try {
      for (const spec of new Set(uris)) opened.push(...(await open(spec, all)))
      return opened
    } catch (error) {
      await Promise.all(opened.map(({ source }) => source.close()))
      throw error
    }
  }

/** For who shows only the last outcomes: a history of each pair would be most of the memory. */
const lastOnly = 1

interface ForAll {
  readonly flags: SourcesFlags
  readonly historyLength: number
  readonly factsOf: FactsOf | undefined
}

async function open(
  spec: string,
  { flags, historyLength, factsOf }: ForAll,
): Promise<readonly OpenedSource[]> {
  const [, name, uri = spec] = /^([^=:]+)=(.*:\/\/.*)$/s.exec(spec) ?? []
  if (uri.startsWith('k8s:')) return openAgents(uri, flags)
  const access = await accessOf(uri, flags)
  const clock = systemClock
  const source = createAttachment({ target: uri, access, clock, historyLength, factsOf })
  return [{ label: uri, name: name as NodeName | undefined, access: accessWords(flags), source }]
}

async function openAgents(uri: string, flags: KubernetesFlags): Promise<readonly OpenedSource[]> {
  const { openKubernetes } = await import('../src/core/api/kubernetes/index.ts')
  const signal = AbortSignal.timeout(60_000)
  const agents = await openKubernetes(uri, {
    clock: systemClock,
    historyLength: lastOnly,
    signal,
    concurrency: flags.k8sConcurrency,
    bytesPerSecond: flags.k8sBytesPerSecond,
  })
  return agents.map(({ node, ...agent }) => ({ ...agent, name: node }))
}
