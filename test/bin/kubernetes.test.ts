import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { MeshReport } from '../../src/ui/text/mesh-report.ts'
import { type KubeStub, startKubeStub } from '../support/kube-stub.ts'
import { start } from '../support/program.ts'

const statusOf = (node: string, nodes: readonly string[], down?: string) => {
  const lastProbed = new Date().toISOString()
  const told = nodes.map((name, index) => {
    const status = name === down ? 'connection timed out' : ''
    const probed = { latency: 1e5, lastProbed, ...(status === '' ? {} : { status }) }
    const address = { ip: `192.0.2.${index + 1}`, icmp: probed, http: probed }
    return { name, host: { 'primary-address': address } }
  })
  return JSON.stringify({ local: { name: node }, nodes: told, probeInterval: '1m' })
}

interface Agents {
  readonly stub: KubeStub
  /** The environment in which the program finds them. */
  readonly env: Readonly<Record<string, string>>
}

async function agents(nodes: readonly string[], down?: string): Promise<Agents> {
  const stub = await startKubeStub()
  stub.pods = nodes.map(node => ({ name: `cilium-${node}`, node }))
  stub.react = pod => ({
    kind: 'answer',
    stdout: statusOf(pod.replace('cilium-', ''), nodes, down),
  })
  const folder = mkdtempSync(join(tmpdir(), 'ch-k8s-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { stub, env: { KUBECONFIG: stub.kubeconfig(folder) } }
}

async function meshOf({ env }: Agents, ...flags: readonly string[]): Promise<MeshReport> {
  const { stdout, stderr } = await start(['mesh', '--json', '-H', 'k8s://', ...flags], { env })
    .ended
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

test('--wait begins with the turn of each agent, however long the queue is', async () => {
  const of = await agents(['a', 'b', 'c', 'd', 'e', 'f'])
  const known = of.stub.react
  of.stub.react = async (pod, command) => {
    await new Promise(resolve => setTimeout(resolve, 400))
    return known(pod, command)
  }
  const { summary } = await meshOf(of, '--wait', '2s', '--k8s-concurrency', '1')
  expect(summary).toMatchObject({ sources: 6, unread: 0 })
})
