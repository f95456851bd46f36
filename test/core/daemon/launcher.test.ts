import { expect, test } from 'vitest'
import { createLauncher } from '../../../src/core/daemon/launcher.ts'
import { UserError } from '../../../src/core/errors.ts'
import { createLog } from '../../../src/core/log.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { scriptedChildren } from '../../support/scripted-child.ts'

async function launched(first: { readonly agent?: string; readonly silence?: string } = {}) {
  const clock = fakeClock()
  const children = scriptedChildren()
  const world = { agent: first.agent, silence: first.silence, asked: 0 }
  const lines: string[] = []
  const refuse = (reason: string | undefined) => {
    if (reason) throw new UserError(reason)
  }
  const launcher = createLauncher({
    ...('agent' in first && { askAgent: async () => refuse(world.agent) }),
    start: () => children.start(),
    async askDaemon() {
      world.asked += 1
      refuse(world.silence)
    },
    helloMs: 5000,
    clock,
    log: createLog({ write: line => lines.push(line), nowMs: clock.nowMs }),
  })
  await clock.advance(0)
  return { clock, children, world, lines, launcher }
}

test('no daemon is started before the agent answers; it is asked every second', async () => {
  const { clock, children, world, launcher } = await launched({ agent: 'no such file' })
  await clock.advance(1000)
  await clock.advance(1000)
  expect(children.count()).toBe(0)
  expect(launcher.daemon()).toBeUndefined()
  expect(launcher.ciliumHealth().warning).toBe('waiting for the agent: no such file')
  world.agent = undefined
  await clock.advance(1000)
  expect(children.count()).toBe(1)
  expect(launcher.ciliumHealth().warning).toBeUndefined()
  await launcher.close()
})

test('a daemon that answers is well, and is asked every five seconds', async () => {
  const { clock, world, launcher } = await launched()
  expect(launcher.ciliumHealth().warning).toBeUndefined()
  const { sinceMs } = launcher.ciliumHealth()
  for (let second = 0; second < 10; second += 1) await clock.advance(1000)
  expect(world.asked).toBe(3)
  expect(launcher.ciliumHealth().sinceMs).toBe(sinceMs)
  await launcher.close()
})

test('a daemon that starts may be silent for a while, a later silence is a warning', async () => {
  const { clock, world, launcher } = await launched({ silence: 'no such file' })
  await clock.advance(1000)
  expect(launcher.ciliumHealth().warning).toBe('starting')
  world.silence = undefined
  await clock.advance(1000)
  expect(launcher.ciliumHealth().warning).toBeUndefined()
  world.silence = 'connection refused'
  await clock.advance(5000)
  expect(launcher.ciliumHealth().warning).toBe('connection refused')
  await launcher.close()
})

test('a daemon that dies is a warning at once, until the next one answers', async () => {
  const { clock, children, lines, launcher } = await launched()
  await children.die('ended with code 1: Error: EADDRINUSE')
  expect(launcher.ciliumHealth().warning).toMatch(
    /^the daemon ended with code 1: Error: EADDRINUSE; the next starts after [\d.]+ s$/,
  )
  await clock.advance(1000)
  expect(children.count()).toBe(2)
  await clock.advance(5000)
  expect(launcher.ciliumHealth().warning).toBeUndefined()
  expect(lines.map(line => /level=(\w+)/.exec(line)?.[1])).toEqual(['info', 'warn', 'info'])
  await launcher.close()
})

test('closed, it ends the daemon; closed before, it starts none', async () => {
  const { children, launcher } = await launched()
  await launcher.close()
  expect(children.stopped).toEqual([1])
  const waiting = await launched({ agent: 'no such file' })
  await waiting.launcher.close()
  await waiting.clock.advance(10_000)
  expect(waiting.children.count()).toBe(0)
})

test('a bug is told, not tried again', async () => {
  const clock = fakeClock()
  const launcher = createLauncher({
    async askAgent() {
      throw new TypeError('a bug')
    },
    start: () => scriptedChildren().start(),
    askDaemon: async () => {},
    helloMs: 5000,
    clock,
    log: createLog({ write: () => {}, nowMs: clock.nowMs }),
  })
  expect((await launcher.failed).message).toBe('a bug')
  await launcher.close()
})
