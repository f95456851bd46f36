import { expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { startChild } from '../../../src/core/daemon/child.ts'
import { supervise } from '../../../src/core/daemon/supervise.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { scriptedChildren } from '../../support/scripted-child.ts'

async function scripted() {
  const clock = fakeClock()
  const children = scriptedChildren()
  const supervised = supervise({ start: () => children.start(), clock, random: () => 1 })
  await clock.advance(0)
  return { clock, children, supervised }
}

test('a child that dies is started again, after a pause that doubles up to a minute', async () => {
  const { clock, children, supervised } = await scripted()
  expect(supervised.state()).toMatchObject({ kind: 'running', pid: 1 })
  const pausesMs: number[] = []
  for (let death = 1; death <= 9; death += 1) {
    await children.die()
    const state = supervised.state()
    if (state.kind !== 'waiting') throw new Error(state.kind)
    pausesMs.push(state.retryAtMs - state.sinceMs)
    await clock.advance((pausesMs.at(-1) ?? 0) - 1)
    expect(children.count()).toBe(death)
    await clock.advance(1)
    expect(supervised.state()).toMatchObject({ kind: 'running', pid: death + 1 })
  }
  expect(pausesMs.map(ms => ms / 1000)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  expect(supervised.restarts()).toBe(9)
  expect(supervised.lastError()).toBe('ended by SIGKILL')
})

test('a child that ran for long starts anew with the shortest pause', async () => {
  const { clock, children, supervised } = await scripted()
  for (const pauseMs of [1000, 2000, 4000]) {
    await children.die()
    await clock.advance(pauseMs)
  }
  await clock.advance(10_000)
  await children.die()
  const { sinceMs } = supervised.state()
  expect(supervised.state()).toEqual({ kind: 'waiting', sinceMs, retryAtMs: sinceMs + 1000 })
})

test('closed, it ends the child and starts no other', async () => {
  const { clock, children, supervised } = await scripted()
  await supervised.close()
  await clock.advance(100_000)
  expect(children.stopped).toEqual([1])
  expect(children.count()).toBe(1)
  expect(supervised.state().kind).toBe('stopped')
  expect(supervised.lastError()).toBeUndefined()
})

test('closed while it waits, it starts no other', async () => {
  const { clock, children, supervised } = await scripted()
  await children.die()
  await supervised.close()
  await clock.advance(100_000)
  expect(children.count()).toBe(1)
  expect(supervised.state().kind).toBe('stopped')
})

test('closed before it began, it starts none', async () => {
  const children = scriptedChildren()
  const supervised = supervise({ start: () => children.start(), clock: fakeClock() })
  await supervised.close()
  expect(children.count()).toBe(0)
})

test('each change is told', async () => {
  const children = scriptedChildren()
  const clock = fakeClock()
  const kinds: string[] = []
  const onChange = () => kinds.push(supervised.state().kind)
  const supervised = supervise({ start: () => children.start(), clock, onChange })
  await clock.advance(0)
  await children.die()
  await clock.advance(1000)
  await supervised.close()
  expect(kinds).toEqual(['running', 'waiting', 'running', 'stopped'])
})

test('a real process that was killed is back with another pid', async () => {
  const command = { file: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }
  const { promise: back, resolve } = Promise.withResolvers<void>()
  const supervised = supervise({
    start: () => startChild(command, { write: () => {} }),
    clock: { ...systemClock, sleep: async () => {} },
    onChange() {
      if (supervised.restarts() === 1 && supervised.state().kind === 'running') resolve()
    },
  })
  await new Promise(setImmediate)
  const first = supervised.state()
  if (first.kind !== 'running') throw new Error(first.kind)
  process.kill(first.pid ?? 0, 'SIGKILL')
  await back
  const second = supervised.state()
  expect(second.kind === 'running' && second.pid !== first.pid).toBe(true)
  expect(supervised.lastError()).toBe('ended by SIGKILL')
  await supervised.close()
})
