import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import {
  type AgentHealth,
  type KubernetesOptions,
  openKubernetes,
} from '../../../../src/core/api/kubernetes/index.ts'
import { systemClock } from '../../../../src/core/clock.ts'
import { UserError } from '../../../../src/core/errors.ts'
import { createAuthority, hasOpenssl } from '../../../support/certificates.ts'
import { base64, type KubeStub, startKubeStub } from '../../../support/kube-stub.ts'
import { temporary, until } from '../fake-source.ts'

const t0 = 1e12

const statusOf = (node: string, atMs = t0) => {
  const probed = { latency: 5, lastProbed: new Date(atMs).toISOString() }
  const host = { 'primary-address': { ip: '192.0.2.1', icmp: probed, http: probed } }
  return JSON.stringify({
    local: { name: node },
    nodes: [{ name: node, host }],
    probeInterval: '2m',
  })
}

async function cluster(nodes = ['a', 'b', 'c']): Promise<KubeStub> {
  const stub = await startKubeStub()
  stub.pods = nodes.map(node => ({ name: `cilium-${node}`, node }))
  stub.react = pod => ({ kind: 'answer', stdout: statusOf(pod.replace('cilium-', '')) })
  return stub
}

async function opened(
  stub: KubeStub,
  uri = 'k8s://',
  options: Partial<KubernetesOptions> = {},
): Promise<readonly AgentHealth[]> {
  const agents = await openKubernetes(uri, {
    clock: systemClock,
    historyLength: 10,
    signal: AbortSignal.timeout(20_000),
    kubeconfig: stub.kubeconfig(temporary()),
    ...options,
  })
  onTestFinished(async () => {
    await Promise.all(agents.map(({ source }) => source.close()))
  })
  return agents
}

const feedOf = ({ source }: AgentHealth) => source.snapshot().feed
const areLive = (agents: readonly AgentHealth[]) => () =>
  agents.every(agent => feedOf(agent).kind === 'live')
const lostWith = (agent: AgentHealth | undefined, pattern: RegExp) => () => {
  const feed = agent && feedOf(agent)
  return feed?.kind === 'lost' && pattern.test(feed.reason)
}
const failing = async (stub: KubeStub, uri?: string): Promise<UserError> => {
  const error = await opened(stub, uri).catch(failure => failure)
  expect(error).toBeInstanceOf(UserError)
  return error
}

test('every agent is a source of its own, and tells what its status says', async () => {
  const stub = await cluster()
  const agents = await opened(stub)
  expect(agents.map(({ node }) => node)).toEqual(['a', 'b', 'c'])
  await until(areLive(agents), 'the feeds')
  expect(agents[1]?.source.snapshot()).toMatchObject({
    self: 'b',
    intervalMs: 120_000,
    agent: { kind: 'ok' },
    nodes: [{ name: 'b', verdict: 'reachable' }],
    origin: { label: 'k8s://test/kube-system/b' },
  })
  expect(stub.calls.at(-1)?.command).toEqual(['cilium-health', 'status', '-o', 'json'])
})

test.each([
  ['k8s://test/kube-system/cilium-b', 'a pod'],
  ['k8s:////b', 'a node'],
  ['k8s://test//b', 'a node of a context'],
])('%s is one agent, by the name of %s', async uri => {
  const agents = await opened(await cluster(), uri)
  expect(agents.map(({ node }) => node)).toEqual(['b'])
})

test('an old API server that knows only the fourth protocol is understood', async () => {
  const stub = await cluster(['a'])
  stub.protocols = ['v4.channel.k8s.io']
  await until(areLive(await opened(stub)), 'the feed')
})

test.each([1, 2])(
  'an order tells whether the agent probed, or told its cache; of %d',
  async many => {
    const stub = await cluster(['a', 'b'].slice(0, many))
    const [agent] = await opened(stub)
    await until(areLive(agent ? [agent] : []))
    const order = () => agent?.source.probe({ signal: AbortSignal.timeout(10_000) })
    expect(await order()).toEqual({ kind: 'cached' })
    expect(stub.calls.at(-1)?.command).toEqual(['cilium-health', 'status', '--probe', '-o', 'json'])
    stub.react = () => ({ kind: 'answer', stdout: statusOf('a', t0 + 1000) })
    expect(await order()).toEqual({ kind: 'probed', paths: 1 })
    stub.react = () => ({ kind: 'failure', stderr: 'x\nCannot get status\n', exitCode: 1 })
    expect(await order()).toEqual({
      kind: 'refused',
      reason: 'cilium-health failed: Cannot get status',
    })
  },
)

test('Kubernetes tells the zones, and who is on the way out', async () => {
  const stub = await cluster(['a', 'b', 'c'])
  const labels = { 'topology.kubernetes.io/zone': 'eu-1a' }
  stub.nodes = [
    { name: 'a', labels },
    { name: 'b', unschedulable: true },
  ]
  const agents = await opened(stub)
  await until(areLive(agents), 'the feeds')
  const told = agents.map(({ source }) => source.snapshot().nodes[0])
  expect(told).toMatchObject([
    { name: 'a', labels },
    { name: 'b', leaving: 'is cordoned' },
    { name: 'c', leaving: 'is no node of Kubernetes any more' },
  ])
  expect(told[0]).not.toHaveProperty('leaving')
})

test('who may not list the nodes sees their health without zones', async () => {
  const [agent] = await opened(await cluster(['a']))
  await until(areLive(agent ? [agent] : []))
  expect(agent?.source.snapshot().nodes[0]).not.toHaveProperty('leaving')
})

test('the time for the opening is not the life of the sources', async () => {
  const stub = await cluster(['a'])
  const opening = new AbortController()
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs }
  let aheadMs = 0
  const [agent] = await opened(stub, 'k8s://', { signal: opening.signal, clock })
  await until(areLive(agent ? [agent] : []))
  opening.abort()
  aheadMs = 3_600_000
  const order = agent?.source.probe({ signal: AbortSignal.timeout(10_000) })
  expect(await order).toEqual({ kind: 'cached' })
})

test('an agent that cannot be asked is lost with the reason; the others are not', async () => {
  const stub = await cluster(['a', 'b', 'c', 'd', 'e', 'f'])
  stub.pods = stub.pods.map(pod => {
    if (pod.node !== 'a') return pod
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 5m0s\u001b[31m restarting' }
    return { ...pod, state: { waiting } }
  })
  const known = stub.react
  stub.react = (pod, command) => {
    if (pod === 'cilium-b') return { kind: 'cut' }
    if (pod === 'cilium-c') return { kind: 'failure', stderr: '\u001b]0;x\u0007oh', exitCode: 2 }
    if (pod === 'cilium-d') return { kind: 'gone' }
    if (pod === 'cilium-e') return { kind: 'answer', stdout: '<html>' }
    return known(pod, command)
  }
  const [a, b, c, d, e, f] = await opened(stub)
  await until(lostWith(a, /^pod cilium-a: CrashLoopBackOff \(back-off 5m0s \[31m restarting\)$/))
  await until(lostWith(b, /cut the connection off in mid-stream/))
  await until(lostWith(c, /^cilium-health failed: \]0;x oh$/))
  await until(lostWith(d, /pods "cilium-d" not found/))
  await until(lostWith(e, /the answer is no JSON/))
  await until(() => f !== undefined && feedOf(f).kind === 'live')
})

test('a pod that hangs keeps one place, and no other agent waits for it', async () => {
  const stub = await cluster()
  const known = stub.react
  stub.react = (pod, command) =>
    pod === 'cilium-a' && command.includes('status') ? { kind: 'hang' } : known(pod, command)
  const [hanging, ...others] = await opened(stub, 'k8s://', { concurrency: 2 })
  await until(areLive(others), 'the others')
  expect(hanging && feedOf(hanging).kind).toBe('starting')
  await hanging?.source.close()
  await until(() => stub.busy.now === 0, 'the end of its connection')
})

test('an answer without end is cut off', async () => {
  const stub = await cluster(['a'])
  const known = stub.react
  stub.react = (pod, command) =>
    command.includes('status') ? { kind: 'endless' } : known(pod, command)
  const [agent] = await opened(stub)
  await until(
    lostWith(agent, /the answer is longer than 16777216 bytes|Max payload size exceeded/),
    'the end',
  )
  await until(() => stub.busy.now === 0)
})

test('a restarted agent is followed to its new pod', async () => {
  const stub = await cluster(['a'])
  stub.pods = [{ name: 'cilium-old', node: 'a', state: { waiting: { reason: 'Terminating' } } }]
  const skewed = { ...systemClock, nowMs: () => Date.now() + ahead }
  let ahead = 0
  const [agent] = await opened(stub, 'k8s://', { clock: skewed, random: () => 0 })
  await until(lostWith(agent, /^pod cilium-old: Terminating$/))
  stub.pods = [{ name: 'cilium-new', node: 'a' }]
  ahead = 10_000
  await until(() => agent !== undefined && feedOf(agent).kind === 'live', 'the new pod')
})

test('a missing right is told with the verb, the resource and the Role to apply', async () => {
  const stub = await cluster()
  stub.react = () => ({
    kind: 'forbidden',
    message:
      'pods "cilium-a" is forbidden: User "dev" cannot create resource "pods/exec" in API group "" in the namespace "kube-system"',
  })
  const exec = await failing(stub)
  expect(exec.message).toMatch(/^You may not create pods\/exec in namespace kube-system of test: /)
  expect(exec.hint).toContain('verbs: [get, create]')
  stub.forbidList =
    'pods is forbidden: User "dev" cannot list resource "pods" in API group "" in the namespace "kube-system"'
  const list = await failing(stub)
  expect(list.message).toMatch(/^You may not list pods in namespace kube-system of test: /)
  expect(list.hint).toContain('kind: Role')
})

test('mistakes of the operator are told as such', async () => {
  const stub = await cluster()
  expect((await failing(stub, 'k8s://other/')).message).toContain("no context 'other'")
  expect((await failing(stub, 'k8s://test/none/')).message).toContain('no pods k8s-app=cilium')
  expect((await failing(stub, 'k8s:////zz')).hint).toContain('cilium-a (a)')
  for (const uri of ['k8s://a/b/c/d', 'k8s://%', 'k8s:///UPPER/', 'k8s:////a b', 'k8s:']) {
    expect((await failing(stub, uri)).message).toContain(uri)
  }
})

test('a context whose name has slashes is written with %2F', async () => {
  const stub = await cluster(['a'])
  const kubeconfig = stub.kubeconfig(temporary(), {}, 'arn:aws:eks:eu:1:cluster/prod')
  const uri = 'k8s://arn:aws:eks:eu:1:cluster%2Fprod/'
  expect(await opened(stub, uri, { kubeconfig })).toHaveLength(1)
  const error = await opened(stub, 'k8s://x/', { kubeconfig }).catch(failure => failure)
  expect(error.hint).toContain('arn:aws:eks:eu:1:cluster%2Fprod')
})

test('a thousand agents are asked in turns: twenty at a time, or as many as were said', async () => {
  const stub = await cluster(Array.from({ length: 1000 }, (_, index) => `n${index}`))
  const known = stub.react
  stub.react = async (pod, command) => {
    await new Promise(resolve => setTimeout(resolve, 5))
    return known(pod, command)
  }
  const agents = await opened(stub)
  expect(agents).toHaveLength(1000)
  await until(() => stub.calls.length >= 300, 'the turns')
  expect(stub.busy.most).toBeGreaterThan(1)
  expect(stub.busy.most).toBeLessThanOrEqual(20)
})

test('an agent is asked as often as it probes: not again within its interval', async () => {
  const stub = await cluster(['a'])
  const agents = await opened(stub)
  await until(areLive(agents))
  const calls = stub.calls.length
  await new Promise(resolve => setTimeout(resolve, 300))
  expect(stub.calls.length).toBe(calls)
})

test('a token, and a token that is wrong', async () => {
  const stub = await startKubeStub({ token: 'secret' })
  stub.pods = [{ name: 'cilium-a', node: 'a' }]
  stub.react = () => ({ kind: 'answer', stdout: statusOf('a') })
  const kubeconfig = stub.kubeconfig(temporary(), { token: 'secret' })
  await until(areLive(await opened(stub, 'k8s://', { kubeconfig })), 'the feed')
  const wrong = stub.kubeconfig(temporary(), { token: 'wrong' })
  await expect(opened(stub, 'k8s://', { kubeconfig: wrong })).rejects.toThrow(
    'The API server of test does not know you',
  )
})

const needsOpenssl = hasOpenssl ? '' : ' (skipped: needs openssl)'
test.skipIf(!hasOpenssl)(`a client certificate over TLS${needsOpenssl}`, async () => {
  const authority = createAuthority(temporary())
  const stub = await startKubeStub({ tls: { ...authority.issue('api'), ca: authority.ca } })
  stub.pods = [{ name: 'cilium-a', node: 'a' }]
  stub.react = () => ({ kind: 'answer', stdout: statusOf('a') })
  const { cert, key } = authority.issue('dev')
  const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }
  const kubeconfig = stub.kubeconfig(temporary(), user)
  await until(areLive(await opened(stub, 'k8s://', { kubeconfig })), 'the feed')
  const none = stub.kubeconfig(temporary())
  await expect(opened(stub, 'k8s://', { kubeconfig: none })).rejects.toThrow('does not know you')
})

/** Why kubectl cannot be asked here: before 1.31 it runs commands by SPDY, which is no WebSocket. */
function noKubectl(): string {
  try {
    const told = execFileSync('kubectl', ['version', '--client', '-o', 'json'], { stdio: 'pipe' })
    const { major, minor } = JSON.parse(String(told)).clientVersion
    const isOld = Number(major) === 1 && Number.parseInt(minor, 10) < 31
    return isOld ? ` (skipped: kubectl ${major}.${minor} is older than 1.31)` : ''
  } catch {
    return ' (skipped: needs kubectl 1.31)'
  }
}
const needsKubectl = noKubectl()
test.skipIf(needsKubectl !== '')(
  `kubectl takes the stub for Kubernetes${needsKubectl}`,
  async () => {
    const stub = await cluster(['a'])
    const at = ['--kubeconfig', stub.kubeconfig(temporary()), '-n', 'kube-system']
    const run = async (...command: readonly string[]) =>
      promisify(execFile)('kubectl', [
        ...at,
        ...['exec', 'cilium-a', '-c', 'cilium-agent', '--', ...command],
      ])
    const { stdout } = await run('cilium-health', 'status', '-o', 'json')
    expect(stdout).toBe(statusOf('a'))
    stub.react = () => ({ kind: 'failure', stderr: 'oh', exitCode: 7 })
    await expect(run('x')).rejects.toMatchObject({ code: 7 })
  },
)
