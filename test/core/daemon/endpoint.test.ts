import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Command } from '../../../src/core/daemon/child.ts'
import { createEndpoint } from '../../../src/core/daemon/endpoint.ts'
import { pairAddresses } from '../../../src/core/daemon/endpoint-plan.ts'
import { writePidfile } from '../../../src/core/daemon/pidfile.ts'
import { UserError } from '../../../src/core/errors.ts'
import { createLog } from '../../../src/core/log.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { scriptedChildren } from '../../support/scripted-child.ts'
import { scriptedIp } from '../../support/scripted-ip.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'endpoint-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function scripted() {
  const clock = fakeClock()
  const children = scriptedChildren()
  const ip = scriptedIp()
  const commands: Command[] = []
  const pidfile = join(folder, 'health-endpoint.pid')
  const world = { silence: undefined as string | undefined, writesPidfile: true, deaths: 0 }
  const endpoint = createEndpoint({
    plan: {
      netns: `ch-none-${process.pid}`,
      link: 'cilium_health',
      pairs: pairAddresses('10.0.0.9', '10.0.0.1'),
      port: 4240,
      pidfile,
    },
    responder: { file: 'node', args: ['-d', '--passive'] },
    start(command) {
      commands.push(command)
      const child = children.start()
      if (world.writesPidfile) writePidfile(pidfile, child.pid)
      return child
    },
    async hello() {
      if (world.silence) throw new UserError(world.silence)
    },
    ip: ip.run,
    clock,
    log: createLog({ write: () => {}, nowMs: clock.nowMs }),
    onDeath: () => {
      world.deaths += 1
    },
  })
  const ensure = () => endpoint.ensure(new AbortController().signal)
  return { clock, children, ip, commands, world, endpoint, ensure }
}

test('it makes the network first, and then starts the responder inside', async () => {
  const { ip, commands, endpoint, ensure } = scripted()
  await ensure()
  expect(ip.told().at(0)).toBe(`netns add ch-none-${process.pid}`)
  expect(commands).toEqual([
    { file: 'ip', args: ['netns', 'exec', `ch-none-${process.pid}`, 'node', '-d', '--passive'] },
  ])
  expect(endpoint.state()).toMatchObject({ kind: 'running', pid: 1 })
  expect(endpoint.restarts()).toBe(0)
})

test('as long as it answers, nothing is done', async () => {
  const { children, ip, ensure } = scripted()
  await ensure()
  ip.told()
  await ensure()
  expect(ip.told()).toEqual([])
  expect(children.count()).toBe(1)
})

test('a ping that fails has it made anew', async () => {
  const { children, clock, ip, world, endpoint, ensure } = scripted()
  await ensure()
  ip.told()
  world.silence = 'connection refused'
  const ensured = ensure()
  await clock.advance(0)
  world.silence = undefined
  await clock.advance(100)
  await ensured
  expect(children.stopped).toEqual([1])
  expect(ip.told().slice(0, 2)).toEqual([
    'link del dev cilium_health',
    `netns add ch-none-${process.pid}`,
  ])
  expect(endpoint.state()).toMatchObject({ kind: 'running', pid: 2 })
  expect(endpoint.restarts()).toBe(1)
  expect(endpoint.lastError()).toBe('connection refused')
})

test('a responder that dies is told of at once, and made anew when asked for', async () => {
  const { children, world, endpoint, ensure } = scripted()
  await ensure()
  await children.die()
  expect(world.deaths).toBe(1)
  expect(endpoint.state().kind).toBe('absent')
  await ensure()
  expect(endpoint.state()).toMatchObject({ kind: 'running', pid: 2 })
  expect(endpoint.lastError()).toBe('the responder ended by SIGKILL')
})

test('one that we stop ourselves is no death', async () => {
  const { world, endpoint, ensure } = scripted()
  await ensure()
  await endpoint.remove()
  await new Promise(setImmediate)
  expect(world.deaths).toBe(0)
  expect(endpoint.state().kind).toBe('absent')
})

test('without a pidfile it gives up after a minute', async () => {
  const { clock, world, endpoint, ensure } = scripted()
  world.writesPidfile = false
  const ensured = ensure()
  ensured.catch(() => {})
  for (let step = 0; step <= 600; step += 1) await clock.advance(100)
  await clock.advance(100)
  await expect(ensured).rejects.toThrow('health-endpoint.pid does not tell its pid')
  expect(endpoint.lastError()).toContain('does not tell its pid')
})

test('a responder that dies as it starts is not waited for', async () => {
  const { children, clock, world, ensure } = scripted()
  world.silence = 'connection refused'
  const ensured = ensure()
  ensured.catch(() => {})
  await clock.advance(0)
  await children.die('ended with code 1: Error: EADDRINUSE')
  await clock.advance(100)
  await expect(ensured).rejects.toThrow('the responder ended with code 1: Error: EADDRINUSE')
})

test('what `ip` refuses is an error to try again after', async () => {
  const { ip, endpoint, ensure } = scripted()
  ip.refuse('netns add')
  await expect(ensure()).rejects.toThrow(/^ip netns add .*: refused$/)
  expect(endpoint.lastError()).toMatch(/refused$/)
  ip.refuse(undefined)
  await ensure()
  expect(endpoint.state().kind).toBe('running')
})
