import { expect, test } from 'vitest'
import { createTurns } from '../../../../src/core/api/kubernetes/turns.ts'
import { systemClock } from '../../../../src/core/clock.ts'

const never = new AbortController().signal

/** A clock that runs only while somebody sleeps. */
function sleepingClock() {
  let nowMs = 0
  return {
    ...systemClock,
    monotonicNs: () => BigInt(nowMs) * 1_000_000n,
    async sleep(ms: number) {
      nowMs += Math.ceil(ms)
    },
    passedMs: () => nowMs,
  }
}

test('so many at a time, in the order in which they came', async () => {
  const turns = createTurns({ clock: systemClock, concurrency: 2, bytesPerSecond: 1e9 })
  const begun: number[] = []
  let running = 0
  const work = (index: number) =>
    turns.run(never, async () => {
      begun.push(index)
      running += 1
      expect(running).toBeLessThanOrEqual(2)
      await new Promise(resolve => setTimeout(resolve, 1))
      running -= 1
    })
  await Promise.all([0, 1, 2, 3, 4].map(work))
  expect(begun).toEqual([0, 1, 2, 3, 4])
})

test('what was spent is waited for before the next turn', async () => {
  const clock = sleepingClock()
  const turns = createTurns({ clock, concurrency: 1, bytesPerSecond: 1000 })
  for (let turn = 0; turn < 5; turn += 1) await turns.run(never, async spent => spent(500))
  expect(clock.passedMs()).toBe(2000)
})

test('who leaves gives the place away, who fails too', async () => {
  const turns = createTurns({ clock: systemClock, concurrency: 1, bytesPerSecond: 1e9 })
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = turns.run(never, () => promise)
  const controller = new AbortController()
  const left = turns.run(controller.signal, async () => 'never')
  const failing = turns.run(never, () => Promise.reject(new Error('oh')))
  const last = turns.run(never, async () => 'last')
  controller.abort(new Error('left'))
  await expect(left).rejects.toThrow('left')
  resolve()
  await first
  await expect(failing).rejects.toThrow('oh')
  expect(await last).toBe('last')
})
