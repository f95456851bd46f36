import { formatGoDuration } from '../../core/model/duration.ts'
import type { AgentStatus } from './received.ts'
import { noTime } from './shape.ts'
import { alignTabs } from './table.ts'

/** How many controllers are well, and a table of those that are not. */
export function controllers(agent: AgentStatus, nowMs: number): string {
  if (agent.controllers === null) return ''
  const all = agent.controllers.filter(controller => controller !== null)
  const rows = all.flatMap(({ name, status }) => {
    const failures = status?.['consecutive-failure-count'] ?? 0
    if (!status || failures <= 0) return []
    const cells = [
      name,
      since(status['last-success-timestamp'], nowMs),
      since(status['last-failure-timestamp'], nowMs),
      failures,
      status['last-failure-msg'] || 'no error',
    ]
    return [`  ${cells.join('\t')}\t\n`]
  })
  const table = [...rows, '  Name\tLast success\tLast error\tCount\tMessage\n'].sort()
  const count = `Controller Status:\t${all.length - rows.length}/${all.length} healthy\n`
  return rows.length === 0 ? count : count + alignTabs(table.join(''))
}

/** How many clusters of the mesh are ready, and what ails the others. */
export function remoteClusters(agent: AgentStatus, nowMs: number): string {
  const mesh = agent['cluster-mesh']
  if (!mesh) return ''
  const all = (mesh.clusters ?? []).filter(cluster => cluster !== null)
  const ready = all.filter(cluster => cluster.ready).length
  return [
    `ClusterMesh:\t${ready}/${all.length} clusters ready, ` +
      `${mesh['num-global-services']} global-services\n`,
    ...all.filter(cluster => !cluster.ready).map(cluster => remoteCluster(cluster, nowMs)),
  ].join('')
}

type RemoteCluster = NonNullable<
  NonNullable<NonNullable<AgentStatus['cluster-mesh']>['clusters']>[number]
>

function remoteCluster(cluster: RemoteCluster, nowMs: number): string {
  const { synced } = cluster
  const lines = [
    `   ${cluster.name}: not-ready, ${cluster['num-nodes']} nodes, ` +
      `${cluster['num-endpoints']} endpoints, ${cluster['num-identities']} identities, ` +
      `${cluster['num-shared-services']} services, ${cluster['num-failures']} failures ` +
      `(last: ${since(cluster['last-failure'], nowMs)})`,
    `   └  ${cluster.status}`,
    `   └  remote configuration: ${configuration(cluster.config)}`,
    ...(synced
      ? [
          `   └  synchronization status: nodes=${synced.nodes}, endpoints=${synced.endpoints}, ` +
            `identities=${synced.identities}, services=${synced.services}`,
        ]
      : []),
  ]
  return `${lines.join('\n')}\n`
}

function configuration(config: RemoteCluster['config']): string {
  if (!config) return 'expected=unknown, retrieved=unknown'
  const { required, retrieved, kvstoremesh } = config
  const details =
    `, cluster-id=${config['cluster-id']}, kvstoremesh=${kvstoremesh}, ` +
    `sync-canaries=${config['sync-canaries']}`
  return `expected=${required}, retrieved=${retrieved}${retrieved ? details : ''}`
}

function since(time: string, nowMs: number): string {
  if (time === noTime) return 'never'
  const seconds = Math.trunc((nowMs - Date.parse(time)) / 1000)
  return `${formatGoDuration(BigInt(seconds) * 1_000_000_000n)} ago`
}
