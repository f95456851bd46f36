import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MeshReport } from '../../src/ui/text/mesh-report.ts'
import {
  type ClusterNode,
  clusterNamespaces,
  noClusterNamespaces,
} from '../support/cluster-namespaces.ts'
import { type Running, start } from '../support/program.ts'

const obstacle = noClusterNamespaces()

describe.skipIf(obstacle)(`ten daemons in ten namespaces (${obstacle || 'as root'})`, () => {
  let folder: string
  let cluster: ReturnType<typeof clusterNamespaces>
  let watching: Running
  let lines: AsyncIterator<string>
  const daemons = new Map<string, Running>()

  const socketOf = ({ name }: ClusterNode) => join(folder, `${name}.sock`)
  const sources = () =>
    cluster.nodes.flatMap(node => ['-H', `${node.name}=unix://${socketOf(node)}`])

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ch-mesh-'))
    cluster = clusterNamespaces(10)
    const targets = cluster.nodes.flatMap(({ name, host, endpoint }) => [
      ...['--node', `${name}=${host},${endpoint}`],
    ])
    // A daemon answers on all addresses of its node: the endpoint's is one of them here.
    for (const { netns, endpoint } of cluster.nodes) {
      execFileSync('ip', ['-n', netns, 'addr', 'add', `${endpoint}/32`, 'dev', 'lo'])
    }
    for (const node of cluster.nodes) {
      const flags = ['--socket', socketOf(node), '--interval', '500ms', '--timeout', '500ms']
      daemons.set(node.name, start(['-d', ...targets, ...flags], { within: cluster.inside(node) }))
    }
    await Promise.all(
      [...daemons.values()].map(each => each.stderrMatches(/serving the health API/)),
    )
    watching = start(['mesh', '--json', '--watch', ...sources()])
    lines = watching.lines()[Symbol.asyncIterator]()
  })
  afterAll(async () => {
    await watching?.stop()
    await Promise.all([...daemons.values()].map(each => each.stop()))
    cluster?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The first report whose findings are these, in short. */
  async function findings(...wanted: readonly string[]): Promise<MeshReport> {
    let seen: readonly string[] = []
    for (let tries = 0; tries < 15; tries += 1) {
      const { value } = await lines.next()
      const report: MeshReport = JSON.parse(value)
      seen = report.findings.map(each => [each.shape, ...each.nodes, ...each.groups].join(' '))
      const isWanted = (each: string, at: number) => each.startsWith(wanted[at] ?? '?')
      if (seen.length === wanted.length && seen.every(isWanted)) return report
    }
    throw new Error(`never found ${wanted.join()}, but ${seen.join()}`)
  }

  const node = (number: number) => cluster.nodes[number - 1] as ClusterNode
  const ip = (number: number, ...args: readonly string[]) =>
    execFileSync('ip', ['-n', node(number).netns, ...args])

  test('a healthy mesh has all pairs, and nothing wrong', async () => {
    const { summary } = await findings()
    expect(summary).toMatchObject({ nodes: 10, sources: 10, unread: 0, pairs: 100, ok: 100 })
  })

  test('what one node does not send to another makes an asymmetric pair', async () => {
    const rule = ['to', node(2).host, 'ipproto', 'tcp', 'dport', '4240', 'blackhole']
    ip(1, 'rule', 'add', ...rule)
    const { summary, pairs } = await findings('one-way node-1 node-2')
    expect(summary.asymmetric).toBe(1)
    expect(pairs).toMatchObject([{ from: 'node-1', to: 'node-2', state: 'failing' }])
    ip(1, 'rule', 'del', ...rule)
    await findings()
  })

  test('two groups that are cut apart are named', async () => {
    const others = [3, 4, 5, 6, 7, 8, 9, 10].map(node)
    const cuts = [1, 2].flatMap(from =>
      others.flatMap(({ host, endpoint }) => [host, endpoint].map(to => [from, to] as const)),
    )
    for (const [from, to] of cuts) ip(from, 'rule', 'add', 'to', to, 'blackhole')
    const { findings: found } = await findings('between-groups node-1, node-2 node-')
    expect(found[0]?.layer).toBe('all')
    for (const [from, to] of cuts) ip(from, 'rule', 'del', 'to', to, 'blackhole')
    await findings()
  })

  test('a node that stops is down, and scripts are told by the exit code', async () => {
    ip(5, 'link', 'set', 'eth0', 'down')
    await daemons.get('node-5')?.stop('SIGKILL')
    const { sources: asked } = await findings('node-down node-5')
    expect(asked.filter(({ read }) => !read)).toMatchObject([{ node: 'node-5' }])
    const once = await start(['mesh', ...sources(), '--fail-on', 'failing>0,nodata>50%']).ended
    expect(once.code).toBe(2)
    expect(once.stderr).toBe('rule met: failing>0 (is 9)\n')
    expect(once.stdout).toContain('node-5 is down or cut off')
  })
})
