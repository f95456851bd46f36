import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Running, run, start } from '../support/program.ts'

let folder = ''
let daemons: Running[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daemon-'))
  daemons = []
})
afterEach(async () => {
  for (const daemon of daemons) await daemon.stop('SIGKILL')
  rmSync(folder, { recursive: true })
})

const socketPath = () => join(folder, 'health.sock')
const host = () => `unix://${socketPath()}`

async function startDaemon(...args: readonly string[]): Promise<Running> {
  const port = String(await freePort())
  const daemon = start(['-d', '--port', port, '--socket', socketPath(), ...args])
  daemons.push(daemon)
  return daemon
}

const demo = async () => {
  const daemon = await startDaemon('--demo', '3', '--interval', '1s', '--timeout', '1s')
  await daemon.stderrMatches(/serving the health API/)
  return daemon
}

const freePort = () =>
  new Promise<number>(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

test('status, ping and hello read a daemon’s socket', async () => {
  await demo()
  const ping = await run('ping', '-H', host())
  expect(ping.stdout).toMatch(/^Probe time: .*\nNodes:\n {2}demo-1 \(localhost\):\n/)
  expect(ping.stdout).toMatch(/dial tcp 127\.77\.3\.2:\d+: connect: connection refused/)
  const status = await run('status', '-H', host())
  expect(status.stdout).toMatch(/^Cluster health: +2\/3 reachable/)
  expect((await run('status', '-H', host(), '-o', 'jsonpath={.local.name}')).stdout).toBe(
    'demo-1\n',
  )
  expect((await run('ping', 'demo-2', '--host', host())).stdout).not.toContain('demo-1')
  expect(await run('-H', host(), 'hello')).toMatchObject({ code: 0, stdout: 'OK\n' })
})

test('a probe that is switched off makes no node unhealthy', async () => {
  const daemon = await startDaemon('--demo', '1', '--interval', '1s', '--icmp', 'off')
  await daemon.stderrMatches(/serving the health API/)
  const ping = await run('ping', '-H', host())
  expect(ping.stdout).toContain('HTTP to agent:   OK')
  expect(ping.stdout).not.toContain('ICMP')
  expect((await run('status', '-H', host())).stdout).toMatch(/^Cluster health: +1\/1 reachable/)
})

test('a node can be probed by its name from the first moment on', async () => {
  const daemon = await startDaemon('--demo', '2')
  await expect.poll(() => existsSync(socketPath()), { timeout: 10_000, interval: 5 }).toBe(true)
  const ping = await run('ping', 'demo-2', '-H', host())
  expect(ping).toMatchObject({ code: 0, stderr: '' })
  expect(ping.stdout).toContain('demo-2:')
  await daemon.stop()
})

test('a reader of the log that goes away ends no daemon', async () => {
  const daemon = await startDaemon('--demo', '1', '--interval', '1s')
  await daemon.stderrMatches(/cilium-health starts/)
  daemon.child.stderr?.destroy()
  await expect.poll(() => existsSync(socketPath()), { timeout: 10_000 }).toBe(true)
  expect(await run('hello', '-H', host())).toMatchObject({ code: 0, stdout: 'OK\n' })
  expect((await daemon.stop()).code).toBe(0)
  expect(existsSync(socketPath())).toBe(false)
})

test('who is told to end twice in a row still puts everything away', async () => {
  const daemon = await demo()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    daemon.child.kill(signal)
  }
  expect((await daemon.ended).code).toBe(0)
  expect(existsSync(socketPath())).toBe(false)
})

test('a demo leaves the daemon its port', async () => {
  const port = String(await freePort())
  const daemon = start(['-d', '--port', port, '--socket', socketPath(), '--demo', '2'])
  daemons.push(daemon)
  await daemon.stderrMatches(/answering \/hello/)
  expect((await fetch(`http://127.0.0.1:${port}/hello`)).status).toBe(200)
  const ping = await run('ping', '-H', host())
  expect(ping.stdout).toContain('HTTP to agent:')
  expect(ping.stdout).not.toContain('connection refused')
})

test('an attached document cannot be told from the engine’s but by its origin', async () => {
  await demo()
  const { stdout } = await run('top', '--json', '-H', host())
  const report = JSON.parse(stdout)
  expect(report).toMatchObject({
    source: { kind: 'daemon', label: host() },
    feed: { kind: 'live' },
    intervalMs: 1000,
    self: 'demo-1',
    summary: { nodes: 3, reachable: 2, unreachable: 1 },
  })
  expect(report.prober.abilities.http.kind).toBe('ready')
  const probe = report.nodes[1].paths[0].probes.http
  expect(probe.last).toMatchObject({ kind: 'reply', clock: 'kernel' })
  expect(probe.statistics.sent).toBeGreaterThan(0)
})

test('the history of a daemon is there at once', async () => {
  await demo()
  await new Promise(resolve => setTimeout(resolve, 4000))
  const { stdout } = await run('top', '--json', '-H', host())
  expect(JSON.parse(stdout).nodes[0].paths[0].probes.http.statistics.sent).toBeGreaterThan(3)
})

test('a daemon that is not there is an error of one line', async () => {
  const { code, stderr } = await run('top', '--json', '-H', host())
  expect(code).toBe(1)
  expect(stderr).toContain(`dial unix ${socketPath()}: connect: no such file or directory`)
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
  '%s ends it cleanly: socket and pidfile are gone',
  async signal => {
    const pidfile = join(folder, 'state', 'pid')
    const daemon = await startDaemon('--node', 'a=127.0.0.1', '--pidfile', pidfile)
    await daemon.stderrMatches(/serving the health API/)
    await expect.poll(() => existsSync(pidfile)).toBe(true)
    expect(readFileSync(pidfile, 'utf8')).toBe(`${daemon.child.pid}\n`)
    expect(statSync(socketPath()).mode & 0o777).toBe(0o660)
    const { code, stderr } = await daemon.stop(signal)
    expect(code).toBe(0)
    expect(stderr).toContain(`msg="cilium-health ends" reason=${signal}`)
    expect([existsSync(socketPath()), existsSync(pidfile)]).toEqual([false, false])
  },
)

test('the socket of a living daemon is not taken; that of a dead one is', async () => {
  const first = await startDaemon('--node', 'a=127.0.0.1')
  await first.stderrMatches(/serving the health API/)
  const second = await (await startDaemon('--node', 'a=127.0.0.1')).ended
  expect(second.code).toBe(1)
  expect(second.stderr).toContain(socketPath())
  expect((await run('hello', '-H', host())).code).toBe(0)
  await first.stop('SIGKILL')
  expect(existsSync(socketPath())).toBe(true)
  const third = await startDaemon('--node', 'a=127.0.0.1')
  await third.stderrMatches(/serving the health API/)
  expect((await run('hello', '-H', host())).code).toBe(0)
})

test('a probe thread that is lost is replaced and logged, and the daemon goes on', async () => {
  const losing = fileURLToPath(new URL('../support/lose-thread.ts', import.meta.url))
  const port = String(await freePort())
  const args = ['-d', '--port', port, '--socket', socketPath(), '--node', 'a=127.0.0.1']
  const daemon = start(args, { env: { NODE_OPTIONS: `--import=${losing}` } })
  daemons.push(daemon)
  await daemon.stderrMatches(/serving the health API/)
  await run('ping', '-H', host()) // it probes
  daemon.child.kill('SIGUSR2')
  await daemon.stderrMatches(/msg="the probe thread was lost and replaced" times=1 reason="it was/)
  daemon.child.kill('SIGUSR2')
  await daemon.stderrMatches(/msg="probing has stopped" reason="the probe thread is lost/)
  await daemon.stderrMatches(/msg="probing has stopped: over"/)
  expect((await run('ping', '-H', host())).stdout).toContain('127.0.0.1')
})

test('a second daemon leaves the pidfile of the first alone', async () => {
  const pidfile = join(folder, 'pid')
  const first = await startDaemon('--node', 'a=127.0.0.1', '--pidfile', pidfile)
  await first.stderrMatches(/answering/)
  await expect.poll(() => existsSync(pidfile)).toBe(true)
  await (await startDaemon('--node', 'a=127.0.0.1', '--pidfile', pidfile)).ended
  expect(readFileSync(pidfile, 'utf8')).toBe(`${first.child.pid}\n`)
})

test('what hinders a daemon is in its log', async () => {
  const daemon = await startDaemon('--cilium', 'unix:///nonexistent/cilium.sock', '--icmp', 'off')
  await daemon.stderrMatches(/level=warn msg="unable to get cluster nodes"/)
  await daemon.stderrMatches(/level=warn msg="ICMP over IPv4 cannot be sent"/)
})

test('operations that an administrator did not allow answer 403', async () => {
  const access = '--enable-cilium-health-api-server-access=GetS*'
  const daemon = await startDaemon('--node', 'a=127.0.0.1', access)
  await daemon.stderrMatches(/serving the health API/)
  expect((await run('status', '-H', host())).code).toBe(0)
  const probe = await run('status', '--probe', '-H', host())
  expect([probe.code, probe.stderr]).toEqual([
    1,
    'Error: Cannot get status/probe: [PUT /status/probe][403] putStatusProbeForbidden\n\n',
  ])
})

test('--admin=any serves the API beside /hello, as 1.5 does', async () => {
  const port = await freePort()
  daemons.push(
    start([
      '-d',
      '--node',
      'a=127.0.0.1',
      '--admin=any',
      '--port',
      `${port}`,
      '--socket',
      socketPath(),
    ]),
  )
  await daemons[0]?.stderrMatches(/answering \/hello/)
  const status = await fetch(`http://127.0.0.1:${port}/v1beta/status`)
  expect(await status.json()).toHaveProperty('nodes')
  expect((await fetch(`http://127.0.0.1:${port}/hello`)).status).toBe(200)
})

test('a passive daemon only answers /hello, and writes its pidfile', async () => {
  const pidfile = join(folder, 'pid')
  const port = await freePort()
  const passive = start([
    '-d',
    '--admin=unix',
    '--passive',
    '--pidfile',
    pidfile,
    '--port',
    `${port}`,
  ])
  daemons.push(passive)
  await passive.stderrMatches(/answering \/hello/)
  expect((await fetch(`http://127.0.0.1:${port}/hello`)).status).toBe(200)
  expect((await fetch(`http://[::1]:${port}/v1beta/hello`)).status).toBe(200)
  expect((await fetch(`http://127.0.0.1:${port}/v1beta/status`)).status).toBe(404)
  await expect.poll(() => existsSync(pidfile)).toBe(true)
  expect(existsSync(socketPath())).toBe(false)
  expect((await passive.stop()).code).toBe(0)
  expect(existsSync(pidfile)).toBe(false)
})

test('a port that is taken ends the daemon with one clear line', async () => {
  const port = await freePort()
  const taken = createServer().listen(port, '0.0.0.0')
  const { code, stderr } = await start(['-d', '--passive', '--port', `${port}`]).ended
  taken.close()
  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`Error: .*${port}`))
})

test('a client that connects and says nothing does not keep the daemon from ending', async () => {
  const daemon = await demo()
  const idle = connect(socketPath())
  await new Promise(resolve => idle.once('connect', resolve))
  expect((await daemon.stop()).code).toBe(0)
  idle.destroy()
})

test('--probe-from-here probes the daemon’s nodes itself', async () => {
  const daemon = await startDaemon('--node', 'a=127.0.0.1', '--interval', '60s')
  await daemon.stderrMatches(/serving the health API/)
  const args = [
    'top',
    '--json',
    '--probe-from-here',
    '-H',
    host(),
    '--icmp',
    'off',
    '--timeout',
    '1s',
  ]
  expect(JSON.parse((await run(...args)).stdout)).toMatchObject({
    source: { kind: 'engine', label: expect.stringContaining(host()) },
    nodes: [{ name: 'a', paths: [{ probes: { icmp: { verdict: 'unknown' } } }] }],
  })
  const none = await run('top', '--json', '--probe-from-here', '-H', `${host()}.none`)
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no such file')])
})

test('a place on TCP that is refused is refused before anything is served', async () => {
  const daemon = await startDaemon('--demo', '3', '--listen', 'tcp://0.0.0.0:0')
  const { code, stderr } = await daemon.ended
  expect(code).toBe(1)
  expect(stderr).toContain('0.0.0.0 can be reached from other machines')
  expect(stderr).not.toContain('serving the health API')
})
