import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, onTestFinished, test } from 'vitest'
import type { MeshReport } from '../../src/ui/text/mesh-report.ts'
import type { Report } from '../../src/ui/text/report.ts'
import { type KubeStub, startKubeStub } from '../support/kube-stub.ts'
import { programPath, start } from '../support/program.ts'
import { openTerminal } from '../support/terminal.ts'

const statusOf = (node: string, nodes: readonly string[], down?: string) => {
  const lastProbed = new Date().toISOString()
  const told = nodes.map((name, index) => {
    const status = name === down ? 'connection timed out' : ''
    const probed = { latency: 1e5, lastProbed, ...(status === '' ? {} : { status }) }
    const address = { ip: `127.0.66.${index + 1}`, icmp: probed, http: probed }
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

test('each source is told by the URI that leads to it alone', async () => {
  const of = await agents(['a', 'b'])
  const { sources } = await meshOf(of)
  expect(sources.map(({ label }) => label)).toEqual([
    'k8s://test/kube-system/a',
    'k8s://test/kube-system/b',
  ])
  const [{ label = '' } = {}] = sources
  expect((await meshOf(of, '-H', label)).sources).toHaveLength(2)
})

test('the next command of a finding is one that works', async () => {
  const of = await agents(['a', 'b', 'c'], 'c')
  const [finding] = (await meshOf(of)).findings
  expect(finding?.next.command).toBe('cilium-health ping -H k8s://test/kube-system/a c')
  const words = finding?.next.command.replace('cilium-health', '"$0" "$1"') ?? ''
  const { stdout } = await promisify(execFile)('sh', ['-c', words, process.execPath, programPath], {
    env: { ...process.env, ...of.env },
  })
  expect(stdout).toContain('connection timed out')
  expect(of.stub.calls.at(-1)).toMatchObject({
    pod: 'cilium-a',
    command: ['cilium-health', 'status', '--probe', '-o', 'json'],
  })
})

test('ping tells of nodes that the agent does not have, after those that it has', async () => {
  const { env } = await agents(['a', 'b'])
  const ping = (...nodes: readonly string[]) =>
    start(['ping', '-H', 'k8s://test/kube-system/a', ...nodes], { env }).ended
  expect(await ping('b')).toMatchObject({ code: 0, stderr: '' })
  expect(await ping('b', 'c', 'd')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^Probe time: .*\nNodes:\n {2}b:\n/),
    stderr: expect.stringMatching(/^Error: there is no node "c", "d"\n/),
  })
  expect(await ping('c')).toMatchObject({ code: 1, stdout: '' })
})

test('the commands that ask one daemon ask one agent', async () => {
  const of = await agents(['a', 'b'])
  const told = (...words: readonly string[]) => start(words, { env: of.env }).ended
  const host = ['--attach', 'k8s://test/kube-system/a']
  expect((await told('status', '--succinct', ...host)).stdout).toMatch(/a \(localhost\)/)
  expect(await told('hello', '-H', 'k8s://')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/leads to 2 agents\n.*one: k8s:\/\/test\/kube-system\/a/),
  })
  of.stub.react = () => ({ kind: 'answer', stdout: '{}' })
  expect((await told('hello', ...host)).stdout).toBe('OK\n')
  expect((await told('get', '-o', 'json', ...host)).stdout).toMatch(/^\{/)
  of.stub.react = () => ({ kind: 'failure', stderr: 'oh', exitCode: 1 })
  expect((await told('status', ...host)).stderr).toBe(
    'Error: Cannot get status: pod cilium-a: cilium-health failed: oh\n\n',
  )
})

test('the nodes of one agent can be probed from here: both results side by side', async () => {
  const { env } = await agents(['a', 'b'], 'b')
  const top = ['top', '--probe-from-here', '--icmp', 'off', '-H', 'k8s:////a']
  const { stdout } = await start([...top, '--json', '--timeout', '1s'], { env }).ended
  const report = JSON.parse(stdout)
  const schema = JSON.parse(readFileSync('schema/report.schema.json', 'utf8'))
  const validate = new Ajv2020({ strict: true }).compile(schema)
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true)
  // Nobody listens there, whatever the agent says.
  const verdicts = ({ nodes }: Pick<Report, 'nodes'>) => nodes.map(({ verdict }) => verdict)
  expect(verdicts(report)).toEqual(['unreachable', 'unreachable'])
  expect(verdicts(report.daemon)).toEqual(['reachable', 'unreachable'])
  const screen = openTerminal(process.execPath, [programPath, ...top], {
    ...{ columns: 120, rows: 30 },
    env: { ...env, LANG: 'C.UTF-8' },
  })
  onTestFinished(() => screen.close())
  await screen.shows(/\[1\/2\] {2}the nodes that k8s:\/\/test\/kube-system\/a tells of/)
  await screen.shows(/HERE +DAEMON/)
  await screen.shows(/a +!DOWN +!OK +100us/)
  await screen.shows(/b + DOWN +DOWN/)
  screen.type(']')
  await screen.shows(/\[2\/2\] {2}k8s:\/\/test\/kube-system\/a/)
  screen.type('q')
  expect((await screen.ended).exitCode).toBe(0)
})
