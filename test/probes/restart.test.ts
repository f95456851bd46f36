import { expect, test } from 'vitest'
import { openResponders } from '../support/loopback.ts'
import { targetsOf, watchProber } from '../support/prober.ts'

const poison = { targets: null as never, intervalMs: 0 }

test('after a crash a new thread takes the plan and the open questions over', async () => {
  const responders = await openResponders({ '127.43.0.1': 'healthy' })
  await using watched = await watchProber({ httpPort: responders.port, icmp: 'off' })
  watched.prober.follow(poison)
  watched.prober.follow({ targets: targetsOf(['127.43.0.1']), intervalMs: 0 })
  await watched.prober.probe([0])
  expect(watched.outcome(0, 'http')).toMatchObject({ kind: 'reply' })
  expect(watched.failures).toEqual([])
  await responders.close()
})

test('a second crash right after the first is told as the end, and nobody waits on', async () => {
  await using watched = await watchProber({ icmp: 'off' })
  watched.prober.follow(poison) // the new thread gets it again
  await expect(watched.prober.probe([0])).rejects.toThrow()
  expect(watched.failures).toHaveLength(1)
  await expect(watched.prober.probe([0])).rejects.toThrow('failed')
})
