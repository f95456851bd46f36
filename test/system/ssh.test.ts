import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createAttachment } from '../../src/core/api/attach.ts'
import { createHealthClient } from '../../src/core/api/client.ts'
import type { Access } from '../../src/core/api/dial/index.ts'
import { createHealthServer } from '../../src/core/api/server.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { HealthSource } from '../../src/core/model/source.ts'
import { fakeSource, reply, temporary, until } from '../core/api/fake-source.ts'
import { listOf, node } from '../support/nodes.ts'
import { hasSshd, type Sshd, startSshd } from '../support/sshd.ts'

const list = listOf(node('a', '192.0.2.1'), node('b', '192.0.2.2'))
const sshTest = test.skipIf(!hasSshd)
const needs = hasSshd ? '' : ' (skipped: needs root and /usr/sbin/sshd)'

async function daemon(path: string) {
  const source = fakeSource(list)
  const server = createHealthServer({ source, healthz: async () => ({ kind: 'ok', body: {} }) })
  let closed: Promise<void> | undefined
  const stop = () => {
    closed ??= server.close()
    return closed
  }
  onTestFinished(stop)
  await server.listen({ path })
  source.recordAll(reply(1e12, 7))
  return { source, stop }
}

interface Place {
  readonly sshd: Sshd
  readonly socket: string
  readonly uri: string
  readonly runtime: string
  readonly access: Access
}

async function place(settings: readonly string[] = []): Promise<Place> {
  const sshd = await startSshd(settings)
  const runtime = join(sshd.directory, 'run')
  mkdirSync(runtime)
  const socket = join(temporary(), 'health.sock')
  return {
    sshd,
    socket,
    runtime,
    uri: `ssh://${sshd.user}@127.0.0.1:${sshd.port}${socket}`,
    access: { ssh: { args: sshd.args, runtimeDirectory: runtime } },
  }
}

function attached({ uri, access }: Place): HealthSource {
  const source = createAttachment({
    target: uri,
    access,
    clock: systemClock,
    historyLength: 10,
    random: () => 0,
  })
  onTestFinished(() => source.close())
  return source
}

const feedOf = (source: HealthSource) => source.snapshot().feed
const isLive = (source: HealthSource) => () => feedOf(source).kind === 'live'
const lostWith = (source: HealthSource, pattern: RegExp) => () => {
  const feed = feedOf(source)
  return feed.kind === 'lost' && pattern.test(feed.reason)
}

/** The ssh processes that serve a socket below this directory. */
const tunnelsIn = (directory: string): readonly number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => commandLine(pid).some(word => word.startsWith(`${directory}/`)))

function commandLine(pid: number): readonly string[] {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return words[0]?.endsWith('ssh') ? words : []
  } catch {
    return []
  }
}

const onlyTunnel = (directory: string): number => {
  const pids = tunnelsIn(directory)
  expect(pids).toHaveLength(1)
  return pids[0] ?? 0
}

sshTest(`a daemon is attached to through ssh, and nothing of it stays${needs}`, async () => {
  const there = await place()
  const { source } = await daemon(there.socket)
  const attachment = attached(there)
  await until(isLive(attachment), 'the feed')
  expect(attachment.snapshot().nodes.map(({ name }) => name)).toEqual(['a', 'b'])
  source.recordAll(reply(1e12 + 1000, 8))
  await until(() => attachment.snapshot().nodes[0]?.paths[0]?.probes.icmp.history.length === 2)
  onlyTunnel(there.runtime)
  await attachment.close()
  expect(tunnelsIn(there.runtime)).toEqual([])
  expect(readdirSync(there.runtime)).toEqual([])
})

sshTest(`a one-shot call opens a tunnel for itself, and closes it${needs}`, async () => {
  const there = await place()
  await daemon(there.socket)
  const client = createHealthClient({ host: there.uri, access: there.access })
  const { response } = await client.getStatus()
  expect(response.nodes?.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(readdirSync(there.runtime)).toEqual([])
  expect(tunnelsIn(there.runtime)).toEqual([])
})

sshTest(`a killed tunnel is told, and opened again${needs}`, async () => {
  const there = await place()
  await daemon(there.socket)
  const attachment = attached(there)
  await until(isLive(attachment))
  const feeds: string[] = []
  attachment.subscribe(() => feeds.push(feedOf(attachment).kind))
  const first = onlyTunnel(there.runtime)
  process.kill(first, 'SIGKILL')
  await until(() => feeds.includes('lost'), 'the loss')
  await until(isLive(attachment), 'the return')
  expect(onlyTunnel(there.runtime)).not.toBe(first)
  expect(readdirSync(there.runtime)).toHaveLength(1)
})

sshTest(
  `a daemon that ends behind the tunnel is told, and its return noticed${needs}`,
  async () => {
    const there = await place()
    const first = await daemon(there.socket)
    const attachment = attached(there)
    await until(isLive(attachment))
    const tunnel = onlyTunnel(there.runtime)
    await first.stop()
    await until(lostWith(attachment, /127\.0\.0\.1 cannot open .*health\.sock/), 'the reason')
    expect(attachment.snapshot().nodes).toHaveLength(2)
    await daemon(there.socket)
    await until(isLive(attachment), 'the return')
    expect(onlyTunnel(there.runtime), 'the tunnel stayed up').toBe(tunnel)
  },
)

sshTest.each([
  ['an unknown host key', { UserKnownHostsFile: '/dev/null' }, /is not known here: run `ssh /],
  [
    'a refused key',
    { IdentityFile: 'stranger' },
    /lets nobody in.*Permission denied \(publickey\)/,
  ],
])(`%s is told with what to do, and asks for nothing${needs}`, async (_, settings, reason) => {
  const there = await place()
  await daemon(there.socket)
  const inside = ([name, value]: [string, string]) =>
    [name, value.startsWith('/') ? value : join(there.sshd.directory, value)] as const
  there.sshd.configure(Object.fromEntries(Object.entries(settings).map(inside)))
  const attachment = attached(there)
  await until(lostWith(attachment, reason), 'the reason')
  const feed = feedOf(attachment)
  expect(feed.kind === 'lost' && (feed.retryAtMs ?? 0) - feed.sinceMs).toBeGreaterThan(20_000)
})

sshTest(`a changed host key is told as such${needs}`, async () => {
  const there = await place()
  await daemon(there.socket)
  const known = join(there.sshd.directory, 'known_hosts')
  const stranger = readFileSync(join(there.sshd.directory, 'stranger.pub'), 'utf8')
  writeFileSync(known, `[127.0.0.1]:${there.sshd.port} ${stranger}`)
  const attachment = attached(there)
  await until(lostWith(attachment, /is not the one that is known/), 'the reason')
})

sshTest(`an sshd that forwards no sockets is told as such${needs}`, async () => {
  const there = await place(['AllowStreamLocalForwarding no'])
  await daemon(there.socket)
  const attachment = attached(there)
  await until(lostWith(attachment, /its sshd forwards no sockets/), 'the reason')
})

sshTest(
  `a tunnel that is half dead is noticed, and replaced once it can be${needs}`,
  async () => {
    const there = await place()
    await daemon(there.socket)
    const attachment = attached(there)
    await until(isLive(attachment))
    const tunnel = onlyTunnel(there.runtime)
    there.sshd.signal('SIGSTOP')
    await until(lostWith(attachment, /nothing heard for 5 s/), 'the loss')
    await until(() => !tunnelsIn(there.runtime).includes(tunnel), 'the end of the tunnel', 40_000)
    there.sshd.signal('SIGCONT')
    await until(isLive(attachment), 'the return by a new tunnel', 40_000)
  },
  100_000,
)

sshTest(`what a killed run left is ended and removed by the next one${needs}`, async () => {
  const there = await place()
  await daemon(there.socket)
  const killed = runner(there)
  await once(killed, 'message')
  const orphan = onlyTunnel(there.runtime)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  expect(tunnelsIn(there.runtime)).toEqual([orphan])
  const attachment = attached(there)
  await until(isLive(attachment))
  expect(tunnelsIn(there.runtime)).not.toContain(orphan)
  expect(readdirSync(there.runtime)).toHaveLength(1)
})

sshTest(`a run that crashes takes its tunnel with it${needs}`, async () => {
  const there = await place()
  await daemon(there.socket)
  const crashing = runner(there)
  await once(crashing, 'message')
  crashing.send('crash')
  await once(crashing, 'exit')
  await until(() => tunnelsIn(there.runtime).length === 0)
  expect(readdirSync(there.runtime)).toEqual([])
})

sshTest(`a run that is ended by a signal takes its tunnel with it${needs}`, async () => {
  const there = await place()
  await daemon(there.socket)
  const interrupted = runner(there)
  await once(interrupted, 'message')
  interrupted.kill('SIGINT')
  expect(await once(interrupted, 'exit')).toEqual([null, 'SIGINT'])
  await until(() => tunnelsIn(there.runtime).length === 0)
  expect(readdirSync(there.runtime)).toEqual([])
})

test('where there is no ssh program, that is told', async () => {
  const attachment = createAttachment({
    target: 'ssh://host.example',
    access: { ssh: { program: '/nonexistent/ssh' } },
    clock: systemClock,
    historyLength: 10,
  })
  onTestFinished(() => attachment.close())
  await until(lostWith(attachment, /there is no program ssh here/))
})

/** Another process that keeps a tunnel open, until it is killed or told to crash. */
function runner({ uri, access }: Place): ChildProcess {
  const script = fileURLToPath(new URL('../support/hold-tunnel.ts', import.meta.url))
  expect(existsSync(script)).toBe(true)
  const child = spawn(process.execPath, [script, uri, JSON.stringify(access)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}
