import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHealthClient } from '../../src/core/api/client.ts'
import { type LaunchReport, readReport } from '../../src/core/daemon/launch-report.ts'
import { commandLine } from '../../src/core/daemon/processes.ts'
import {
  type ClusterNode,
  clusterNamespaces,
  noClusterNamespaces,
} from '../support/cluster-namespaces.ts'
import { type Running, start } from '../support/program.ts'

/** What `look` returns, once it no longer throws. */
async function eventually<T>(what: string, look: () => Promise<T> | T): Promise<T> {
  const giveUpAtMs = Date.now() + 15_000
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (Date.now() > giveUpAtMs) throw new Error(`not seen: ${what}`, { cause: error })
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}

const isAlive = (pid: number | undefined) => existsSync(`/proc/${pid}/exe`)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'launch-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const stateOf = (name: string) => join(folder, name)
const socketOf = (name: string) => join(folder, `${name}.sock`)
const placesOf = (name: string) => ['--state-dir', stateOf(name), '--socket', socketOf(name)]

/** The report, once it is as wanted. */
const reported = (name: string, what: string, isSo: (report: LaunchReport) => boolean) =>
  eventually(`${name}: ${what}`, () => {
    const report = readReport(join(stateOf(name), 'launch.json'))
    if (report && isSo(report)) return report
    throw new Error(`it is ${JSON.stringify(report)}`)
  })

const isWell = ({ cluster, daemon, endpoint }: LaunchReport) =>
  cluster.ciliumHealth.state === 'Ok' &&
  daemon?.state === 'running' &&
  endpoint?.state === 'running'

const withoutIpv6 = ({ host6, endpoint6, ...node }: ClusterNode): ClusterNode => node

const obstacle = noClusterNamespaces()

describe.skipIf(obstacle)(`three nodes in network namespaces (${obstacle || 'as root'})`, () => {
  let cluster: ReturnType<typeof clusterNamespaces>
  let nodes: readonly ClusterNode[] = []
  const launched = new Map<ClusterNode, Running>()

  const launch = (node: ClusterNode, ...more: readonly string[]) =>
    start(
      [
        'launch',
        ...placesOf(node.name),
        ...nodes.flatMap(({ name, host, endpoint }) => ['--node', `${name}=${host},${endpoint}`]),
        ...['--interval', '500ms', '--timeout', '500ms'],
        ...['--hello-interval', '200ms', '--endpoint-interval', '200ms'],
        ...['--endpoint-ip', [node.endpoint, node.endpoint6].filter(Boolean).join()],
        ...['--host-ip', [node.host, node.host6].filter(Boolean).join()],
        ...['--netns', node.endpointNetns, '--link', node.endpointLink],
        ...more,
      ],
      { within: cluster.inside(node) },
    )

  /** The node at `index`, and how its launch is once all is well. */
  const wellNode = async (index: number) => {
    const node = nodes[index] as ClusterNode
    const report = await reported(node.name, 'all is well', isWell)
    return { node, daemon: report.daemon, endpoint: report.endpoint }
  }

  /** Resolves once `from` reaches host and endpoint of all, by both kinds of probe. */
  const reachesAll = (from: ClusterNode) =>
    eventually(`${from.name} reaches all`, async () => {
      const client = createHealthClient({ host: `unix://${socketOf(from.name)}` })
      const { response } = await client.putProbe()
      const latencies = (response.nodes ?? []).flatMap(({ host, 'health-endpoint': endpoint }) =>
        [host?.['primary-address'], endpoint?.['primary-address']].flatMap(path => [
          path?.icmp?.latency,
          path?.http?.latency,
        ]),
      )
      expect(latencies.filter(Number)).toHaveLength(4 * nodes.length)
    })

  beforeAll(async () => {
    cluster = clusterNamespaces(3)
    // The last has no IPv6 of its own.
    nodes = cluster.nodes.map((node, index) => (index === 2 ? withoutIpv6(node) : node))
    for (const node of nodes) launched.set(node, launch(node))
    for (const node of nodes) await reported(node.name, 'all is well', isWell)
  })
  afterAll(async () => {
    for (const { child } of launched.values()) child.kill('SIGKILL')
    cluster?.close()
  })

  test('each node reaches the host and the endpoint of every node', async () => {
    await Promise.all(nodes.map(reachesAll))
  })

  test('an endpoint has IPv6 where it was given an address, and none where not', async () => {
    const [first, second, third] = nodes as [ClusterNode, ClusterNode, ClusterNode]
    expect(cluster.addresses6(third.endpointNetns)).toBe('')
    if (!second.host6) return
    const node = `${second.name}=${second.host6},${second.endpoint6}`
    const { stdout } = await start(['top', '--json', '--node', node], {
      within: cluster.inside(first),
    }).ended
    expect(JSON.parse(stdout).summary).toMatchObject({ nodes: 1, reachable: 1 })
  })

  test('`launch --status` tells of the daemon and the endpoint', async () => {
    const { node, daemon, endpoint } = await wellNode(0)
    const text = await start(['launch', ...placesOf(node.name), '--status']).ended
    expect(text.stdout).toMatch(/^Cilium health: +Ok, since /m)
    expect(text.stdout).toContain(`running, pid ${daemon?.pid}, since`)
    expect(text.stdout).toContain(`running, pid ${endpoint?.pid}, since`)
    expect(text.stdout).toContain(`namespace ${node.endpointNetns}, link ${node.endpointLink}`)
    const json = await start(['launch', ...placesOf(node.name), '--status', '-o', 'json']).ended
    expect(JSON.parse(json.stdout)).toMatchObject({
      cluster: { ciliumHealth: { state: 'Ok' } },
      endpoint: { addresses: expect.arrayContaining([node.endpoint]) },
      controllers: [{ name: 'cilium-health-ep', configuration: { interval: '0.2s' } }],
    })
  })

  test('a responder that is killed is made anew, and others reach it again', async () => {
    const { node, endpoint } = await wellNode(0)
    process.kill(endpoint?.pid ?? 0, 'SIGKILL')
    const report = await reported(
      node.name,
      'another responder',
      now => isWell(now) && now.endpoint?.pid !== endpoint?.pid,
    )
    expect(report.endpoint?.['last-error']).toContain('ended by SIGKILL')
    expect(report.endpoint?.restarts).toBeGreaterThan(endpoint?.restarts ?? 0)
    await reachesAll(nodes[1] as ClusterNode)
  })

  test('a daemon that is killed starts again, and the agent’s view says so meanwhile', async () => {
    const { node, daemon } = await wellNode(1)
    process.kill(daemon?.pid ?? 0, 'SIGKILL')
    const between = await reported(node.name, 'the loss', now => now.daemon?.state === 'waiting')
    expect(between.cluster.ciliumHealth.state).toBe('Warning')
    expect(between.cluster.ciliumHealth.msg).toContain('the daemon ended by SIGKILL')
    await reported(
      node.name,
      'another daemon',
      now => isWell(now) && now.daemon?.pid !== daemon?.pid,
    )
    await reachesAll(node)
  })

  test('a link that is cut is made anew, with the endpoint on it', async () => {
    const { node, endpoint } = await wellNode(2)
    cluster.cutEndpointLink(node)
    await reported(
      node.name,
      'a new link',
      now => isWell(now) && now.endpoint?.pid !== endpoint?.pid,
    )
    await reachesAll(nodes[0] as ClusterNode)
  })

  test('what a killed launch left behind is found and replaced by the next', async () => {
    const { node, daemon, endpoint } = await wellNode(0)
    await launched.get(node)?.stop('SIGKILL')
    expect([daemon?.pid, endpoint?.pid].map(isAlive)).toEqual([true, true])
    expect(cluster.traces(node)).toHaveLength(3)
    const status = await start(['launch', ...placesOf(node.name), '--status']).ended
    expect(status).toMatchObject({ code: 1, stderr: expect.stringContaining('is gone') })

    // Without it, the responder is known by the namespace that it lives in.
    rmSync(join(stateOf(node.name), 'health-endpoint.pid'))
    const next = launch(node)
    launched.set(node, next)
    await reported(
      node.name,
      'a new launch',
      now => isWell(now) && now.launcher.pid === next.child.pid,
    )
    expect([daemon?.pid, endpoint?.pid].map(isAlive)).toEqual([false, false])
    await reachesAll(node)
  })

  test('a second launch does not touch the first', async () => {
    const { node, endpoint } = await wellNode(1)
    const samePlace = await launch(node).ended
    expect(samePlace).toMatchObject({ code: 1, stderr: expect.stringMatching(/Another launch/) })
    const sameNames = await launch(node, ...placesOf('elsewhere')).ended
    expect(sameNames.code).toBe(1)
    expect(sameNames.stderr).toContain(`is in use by process ${endpoint?.pid}`)
    expect((await wellNode(1)).endpoint?.pid).toBe(endpoint?.pid)
  })

  test.each([
    [0, 'SIGTERM'],
    [1, 'SIGINT'],
    [2, 'SIGHUP'],
  ] as const)('the launch of node %i leaves nothing behind after %s', async (index, signal) => {
    const { node, daemon, endpoint } = await wellNode(index)
    const ended = await launched.get(node)?.stop(signal)
    expect(ended?.code).toBe(0)
    expect(cluster.traces(node)).toEqual([])
    expect([daemon?.pid, endpoint?.pid].map(isAlive)).toEqual([false, false])
    expect(readdirSync(stateOf(node.name))).toEqual([])
    expect(existsSync(socketOf(node.name))).toBe(false)
  })
})

describe('without an endpoint, as any user', () => {
  const running: Running[] = []
  afterAll(async () => {
    for (const each of running) await each.stop('SIGTERM')
  })

  const launch = async (name: string, ...more: readonly string[]) => {
    const port = await freePort()
    const args = ['launch', '--no-endpoint', ...placesOf(name), '--port', `${port}`]
    const launched = start([...args, '--hello-interval', '100ms', ...more])
    running.push(launched)
    return launched
  }

  test('it runs the daemon alone, with the flags meant for it, and ends it on SIGQUIT', async () => {
    const listen = '--listen-address=127.0.0.1'
    const launched = await launch('alone', '--demo', '2', `--daemon-flag=${listen}`)
    const { daemon, endpoint } = await reported(
      'alone',
      'a daemon that is well',
      ({ cluster }) => cluster.ciliumHealth.state === 'Ok',
    )
    expect(endpoint).toBeUndefined()
    expect(commandLine(daemon?.pid ?? 0)).toContain(listen)
    expect((await launched.stop('SIGQUIT')).code).toBe(0)
    expect(isAlive(daemon?.pid)).toBe(false)
    expect(readdirSync(stateOf('alone'))).toEqual([])
    expect(existsSync(socketOf('alone'))).toBe(false)
  })

  test('it waits for the agent, and says so', async () => {
    const path = join(folder, 'agent.sock')
    await launch('waiting', '--cilium', `unix://${path}`)
    const { daemon, cluster } = await reported('waiting', 'that it waits', ({ cluster }) =>
      /^waiting for the agent/.test(cluster.ciliumHealth.msg ?? ''),
    )
    expect(daemon).toBeUndefined()
    expect(cluster.ciliumHealth.state).toBe('Warning')

    const asked: (string | undefined)[] = []
    const agent = createServer((request, response) => {
      asked.push(request.url)
      response.end('{"cilium":{"state":"Ok"}}')
    }).listen(path)
    await reported(
      'waiting',
      'a daemon that is well',
      now => now.cluster.ciliumHealth.state === 'Ok',
    )
    expect(asked[0]).toBe('/v1/healthz')
    agent.closeAllConnections()
    agent.close()
  })

  test('where no launch runs, its status says so', async () => {
    const ended = await start(['launch', ...placesOf('nowhere'), '--status']).ended
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Error: No launch/) })
  })
})

test('without addresses, or without root, an endpoint is refused with the way out', async () => {
  const ended = await start(['launch', ...placesOf('refused'), '--no-agent']).ended
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(/^Error: The health endpoint .*\n.*--no-endpoint\n$/)
  expect(existsSync(stateOf('refused'))).toBe(false)
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createTcpServer().listen(0, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
