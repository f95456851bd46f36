import { expect, test } from 'vitest'
import { createClockSteps } from '../../src/probes/clock-steps.ts'

function clocks() {
  let wall = 1e12
  let monotonic = 500
  let pauseMs = 0
  const steps = createClockSteps(
    () => {
      monotonic += pauseMs
      wall += pauseMs
      return wall
    },
    () => monotonic,
  )
  return {
    steps,
    pass(ms: number) {
      wall += ms
      monotonic += ms
    },
    set: (ms: number) => {
      wall += ms
    },
    pause: (ms: number) => {
      pauseMs = ms
    },
  }
}

test('each time that the clock is set is counted, with the new time of it', () => {
  const { steps, pass, set } = clocks()
  pass(1000)
  steps.look()
  expect(steps.told()).toEqual({ clockSteps: 0 })
  set(3_600_000)
  steps.look()
  steps.look()
  expect(steps.told()).toEqual({ clockSteps: 1, steppedAtMs: 1e12 + 3_601_000 })
  set(-500)
  steps.look()
  expect(steps.told()).toMatchObject({ clockSteps: 2 })
})

test('slewing, and a pause between two readings, is no step; a step during the pause is told later', () => {
  const { steps, pass, set, pause } = clocks()
  for (let second = 0; second < 60; second += 1) {
    pass(1000)
    set(0.5)
    steps.look()
  }
  pause(200)
  steps.look()
  expect(steps.told()).toEqual({ clockSteps: 0 })
  set(1000)
  steps.look()
  pause(0)
  steps.look()
  expect(steps.told()).toMatchObject({ clockSteps: 1 })
})
