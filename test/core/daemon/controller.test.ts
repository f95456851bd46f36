import { expect, test } from 'vitest'
import { type ControllerOptions, createController } from '../../../src/core/daemon/controller.ts'
import { UserError } from '../../../src/core/errors.ts'
import { fakeClock } from '../../support/fake-clock.ts'

interface Script extends Partial<Omit<ControllerOptions, 'run'>> {
  readonly run?: (runs: number, signal: AbortSignal) => Promise<void>
}

async function controlled(options: Script = {}, clock = fakeClock()) {
  const startMs = clock.nowMs()
  const runsMs: number[] = []
  const { run = async () => {}, ...rest } = options
  const controller = createController({
    intervalMs: 30_000,
    clock,
    ...rest,
    async run(signal) {
      runsMs.push(clock.nowMs() - startMs)
      await run(runsMs.length, signal)
    },
  })
  await clock.advance(0)
  return { clock, controller, runsMs }
}

test('it runs at once and then every interval', async () => {
  const { clock, controller, runsMs } = await controlled()
  for (let step = 0; step < 120; step += 1) await clock.advance(500)
  expect(runsMs).toEqual([0, 30_000, 60_000])
  expect(controller.status()).toEqual({
    successes: 3,
    lastSuccessMs: clock.nowMs(),
    failures: 0,
    consecutiveFailures: 0,
  })
})

test('after errors it runs again sooner: a second later for each, up to the interval', async () => {
  const { clock, controller, runsMs } = await controlled({
    intervalMs: 3000,
    async run(runs) {
      if (runs <= 5) throw new UserError(`error ${runs}`)
    },
  })
  for (let step = 0; step < 30; step += 1) await clock.advance(500)
  expect(runsMs.map(ms => ms / 1000)).toEqual([0, 1, 3, 6, 9, 12, 15])
  expect(controller.status()).toMatchObject({
    successes: 2,
    failures: 5,
    consecutiveFailures: 0,
    lastFailure: 'error 5',
  })
})

test('triggered, it runs ahead of its time, but never without a pause', async () => {
  const { clock, controller, runsMs } = await controlled()
  await clock.advance(10_000)
  controller.trigger()
  await clock.advance(0)
  expect(runsMs).toEqual([0, 10_000])
  controller.trigger()
  controller.trigger()
  await clock.advance(499)
  expect(runsMs).toHaveLength(2)
  await clock.advance(1)
  expect(runsMs).toEqual([0, 10_000, 10_500])
})

test('triggered while it runs, it runs once more', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { clock, controller, runsMs } = await controlled({ run: () => promise })
  controller.trigger()
  resolve()
  await clock.advance(0)
  await clock.advance(500)
  expect(runsMs).toEqual([0, 500])
})

test('closed, it waits for the run under way, which is told, and then undoes', async () => {
  const told: string[] = []
  const clock = fakeClock()
  const script: Script = {
    async run(_, signal) {
      await clock.sleep(1e6, signal).finally(() => told.push('run ends'))
    },
    undo: async () => void told.push('undone'),
  }
  const { controller, runsMs } = await controlled(script, clock)
  await controller.close()
  expect(told).toEqual(['run ends', 'undone'])
  expect(runsMs).toHaveLength(1)
  expect(controller.status().failures).toBe(0)
})

test('closed while it waits, it runs no more', async () => {
  const { clock, controller, runsMs } = await controlled()
  await controller.close()
  await clock.advance(1e6)
  expect(runsMs).toEqual([0])
})

test('a bug is no error to try again after: it fails, and still undoes when closed', async () => {
  let undone = false
  const { clock, controller, runsMs } = await controlled({
    async run() {
      throw new TypeError('a bug')
    },
    async undo() {
      undone = true
    },
  })
  expect((await controller.failed).message).toBe('a bug')
  await clock.advance(1e6)
  expect(runsMs).toHaveLength(1)
  await controller.close()
  expect(undone).toBe(true)
})
