import { execFileSync } from 'node:child_process'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { program } from '../../bin/program.ts'
import { readKubernetesTarget } from '../../src/core/api/kubernetes/target.ts'
import { viewMesh } from '../../src/core/model/mesh-view.ts'
import { type Cluster, dead, meshOf, names } from '../simulations/mesh.ts'

const six = names('n', 6)

const clusters: readonly Cluster[] = [
  { nodes: six, faults: dead('n3') },
  { nodes: six, faults: [{ to: ['n3'] }], unread: { n3: 'connection refused' } },
  { nodes: six, faults: [{ from: ['n2'] }] },
  { nodes: six, faults: [{ to: ['n2'], kind: 'http' }] },
  { nodes: six, faults: [{ to: ['n2'], path: 'endpoint' }] },
  { nodes: six, faults: [{ from: ['n1'], to: ['n2'], kind: 'icmp' }] },
  { nodes: ['a b', "-H'", '$(x)'], faults: [{ to: ["-H'"] }, { to: ['$(x)'] }] },
  { nodes: six, unread: Object.fromEntries(six.map(name => [name, 'gone'])) },
]

/** The words as a shell takes them apart. */
const wordsOf = (command: string) =>
  execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')

/** What the command line makes of them; it runs nothing. */
function parsed(words: readonly string[]) {
  const root = program()
  const ran: Command[] = []
  for (const each of root.commands) each.action((...args) => void ran.push(args.at(-1)))
  root.parse(words, { from: 'user' })
  return { name: ran[0]?.name(), host: '', ...ran[0]?.opts() }
}

const uri = 'k8s://arn:aws:eks:eu:1:cluster%2Fprod/kube-system/'

test('each next command is one that our command line takes, or the agent’s own', () => {
  const seen = new Set<string>()
  for (const cluster of clusters) {
    const mesh = meshOf(cluster)
    const rows = mesh.rows.map((row, index) => ({ ...row, label: `${uri}n${index + 1}` }))
    for (const { next } of viewMesh({ ...mesh, rows }).findings) {
      const [tool = '', ...words] = wordsOf(next.command)
      seen.add(`${tool} ${words[0]}`)
      if (tool !== 'cilium-health') continue
      const { name, host } = parsed(words)
      expect(name, next.command).toBe(words[0])
      expect(readKubernetesTarget(host)).toMatchObject({ context: expect.stringMatching(/prod$/) })
    }
  }
  expect([...seen]).toEqual(expect.arrayContaining(['cilium-health ping', 'cilium-dbg monitor']))
})

test('of a daemon on TCP it has the flags that let us in, and orders no probe', () => {
  const mesh = meshOf({ nodes: six, faults: dead('n3') })
  const access = ['--token-file', "it's a token", '--tls']
  const rows = mesh.rows.map((row, index) => ({ ...row, label: `tcp://n${index}:4241`, access }))
  const [finding] = viewMesh({ ...mesh, rows }).findings
  const [, ...words] = wordsOf(finding?.next.command ?? '')
  expect(parsed(words)).toMatchObject({
    ...{ name: 'status', verbose: true, host: 'tcp://n0:4241' },
    ...{ tokenFile: "it's a token", tls: true },
  })
})
