import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { startChild } from '../../../src/core/daemon/child.ts'
import { pairAddresses } from '../../../src/core/daemon/endpoint-plan.ts'
import {
  mustBeFree,
  removeDeadSocket,
  removeEndpoint,
  showLink,
} from '../../../src/core/daemon/leftovers.ts'
import { scriptedIp, veth } from '../../support/scripted-ip.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leftovers-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const plan = () => ({
  netns: `ch-none-${process.pid}`,
  link: 'cilium_health',
  pairs: pairAddresses('10.0.0.9', '10.0.0.1'),
  port: 4240,
  pidfile: join(folder, 'health-endpoint.pid'),
})

test('a link of an endpoint is removed; where nothing is left, nothing is done', async () => {
  const ip = scriptedIp({ cilium_health: veth })
  await removeEndpoint(plan(), ip.run, systemClock)
  expect(ip.told()).toEqual(['link del dev cilium_health'])
  await removeEndpoint(plan(), ip.run, systemClock)
  expect(ip.told()).toEqual([])
})

test('a link of another kind that has its name is refused, and never removed', async () => {
  const ip = scriptedIp({ cilium_health: { address: '', linkinfo: { info_kind: 'bridge' } } })
  await expect(mustBeFree(plan(), ip.run)).rejects.toThrow(
    'cilium_health is a link of another kind',
  )
  await removeEndpoint(plan(), ip.run, systemClock)
  expect(ip.told()).toEqual([])
  await mustBeFree(plan(), scriptedIp({ cilium_health: veth }).run)
})

test('a link has its hardware address, may be an endpoint’s or not, or is not there', async () => {
  const ip = scriptedIp({ v: veth, eth0: { address: '02:00:00:00:00:01' } })
  expect(await showLink('v', ip.run)).toEqual({ mac: 'aa:bb:cc:dd:ee:ff', isVeth: true })
  expect(await showLink('eth0', ip.run)).toMatchObject({ isVeth: false })
  expect(await showLink('other', ip.run)).toBeUndefined()
})

test('a socket is removed only if nobody listens on it', async () => {
  const path = join(folder, 'health.sock')
  const server = createServer().listen(path)
  await once(server, 'listening')
  await removeDeadSocket(path)
  expect(existsSync(path)).toBe(true)
  server.close()

  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.error('up'))`
  const { promise: up, resolve } = Promise.withResolvers<void>()
  const owner = startChild(
    { file: process.execPath, args: ['-e', script] },
    { write: () => resolve() },
  )
  await up
  process.kill(owner.pid ?? 0, 'SIGKILL')
  await owner.ended
  expect(existsSync(path)).toBe(true)
  await removeDeadSocket(path)
  expect(existsSync(path)).toBe(false)
})

test('what is no socket stays', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, '')
  await removeDeadSocket(path)
  await removeDeadSocket(join(folder, 'missing'))
  expect(existsSync(path)).toBe(true)
})
