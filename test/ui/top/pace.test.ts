import { expect, onTestFinished, test, vi } from 'vitest'
import { createPace } from '../../../src/ui/top/pace.ts'

test('what comes fast is one call, the first at once and the last never lost', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const call = vi.fn()
  const pace = createPace(call, 500)
  for (let turn = 0; turn < 10; turn += 1) pace.soon()
  expect(call).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(500)
  expect(call).toHaveBeenCalledTimes(2)
  pace.soon()
  pace.now()
  expect(call).toHaveBeenCalledTimes(3)
  vi.advanceTimersByTime(400)
  pace.soon()
  pace.close()
  vi.advanceTimersByTime(5000)
  expect(call).toHaveBeenCalledTimes(3)
})
