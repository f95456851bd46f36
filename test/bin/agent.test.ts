import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeAgent, fakeElement, openFakeAgent } from '../support/fake-agent.ts'
import { type Running, start } from '../support/program.ts'

let agent: FakeAgent
let daemon: Running | undefined
beforeEach(async () => {
  agent = await openFakeAgent({ self: 'kind-worker' })
  agent.join(fakeElement('kind-worker', '127.88.0.1', '127.88.1.1'))
  agent.join(fakeElement('kind-worker2', '127.88.0.2'))
})
afterEach(async () => {
  await daemon?.stop('SIGKILL')
  await agent.close()
})

const withAgent = (...args: readonly string[]) =>
  start([...args, '--port', '14241'], { env: { CILIUM_SOCK: agent.socketPath } })

test('an agent’s socket that is there gives top its nodes and the agent’s own state', async () => {
  const { stdout } = await withAgent('top', '--json').ended
  expect(JSON.parse(stdout)).toMatchObject({
    source: { kind: 'engine', label: `agent unix://${agent.socketPath}` },
    agent: { kind: 'ok' },
    self: 'kind-worker',
    nodes: [
      { name: 'kind-worker', local: true, paths: [{ ip: '127.88.0.1' }, { ip: '127.88.1.1' }] },
      { name: 'kind-worker2', local: false, paths: [{ ip: '127.88.0.2' }] },
    ],
  })
})

test('a daemon whose agent tells no list any more stops probing after the grace, until one comes', async () => {
  const socket = join(agent.socketPath, '..', 'health.sock')
  daemon = withAgent(
    '-d',
    '--socket',
    socket,
    '--list-grace',
    '2s',
    '--listen-address',
    '127.88.0.1',
  )
  await daemon.stderrMatches(/serving the health API/)
  await expect.poll(() => agent.requests.length).toBeGreaterThan(0)
  agent.become('failing')
  await daemon.stderrMatches(/stopped" reason="no node list for 2s: probing stopped"/)
  const top = await start(['top', '--json', '-H', `unix://${socket}`]).ended
  expect(JSON.parse(top.stdout).feed).toMatchObject({ kind: 'lost', paused: true })
  expect(top.code).toBe(1)
  agent.become('well')
  await daemon.stderrMatches(/msg="probing has stopped: over"/)
}, 60_000)

test('an agent of 1.5 does as well', async () => {
  const old = await openFakeAgent({ generation: '1.5', self: 'a' })
  old.join(fakeElement('a', '127.88.0.3', '127.88.1.3'))
  const { stdout } = await withAgent('top', '--json', '--cilium', old.uri).ended
  await old.close()
  expect(JSON.parse(stdout).nodes).toMatchObject([{ name: 'a', paths: [{}, {}] }])
})

test('a daemon passes the agent’s own health on, with load and uptime', async () => {
  const socket = join(agent.socketPath, '..', 'health.sock')
  daemon = withAgent('-d', '--socket', socket, '--listen-address', '127.88.0.1')
  await daemon.stderrMatches(/serving the health API/)
  agent.tellState('Failure', 'the kvstore is gone')
  const get = await start(['get', '-H', `unix://${socket}`, '-o', 'json']).ended
  const health = JSON.parse(get.stdout)
  expect(health.cilium.cilium).toMatchObject({ state: 'Failure', msg: 'the kvstore is gone' })
  expect(health['system-load'].last1min).toMatch(/^\d+\.\d\d$/)
  expect(health.uptime).toMatch(/s$/)
  const failure = async () => (await start(['get', '-H', `unix://${socket}`]).ended).stderr
  agent.become({ answer: 'hello' })
  expect(await failure()).toContain("invalid character 'h' looking for beginning of value")
  agent.become({ answer: '[]' })
  expect(await failure()).toContain(
    'json: cannot unmarshal array into Go value of type models.StatusResponse',
  )
  agent.become('failing')
  expect(await failure()).toContain('[GET /healthz] GetHealthz (status 500): {}')
  rmSync(agent.socketPath)
  expect(await failure()).toContain(`missing socket: ${agent.socketPath} does not exist`)
})
