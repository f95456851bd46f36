import { afterAll, beforeAll, expect, test } from 'vitest'
import { openResponders, type Responders } from '../support/loopback.ts'
import { watchProber } from '../support/prober.ts'

let responders: Responders
beforeAll(async () => {
  responders = await openResponders({ '127.44.0.1': 'healthy', '127.44.0.2': 'hanging' })
})
afterAll(() => responders.close())

test('two hundred silent nodes keep no healthy one waiting, and each has its own full timeout', async () => {
  const settings = { httpPort: responders.port, timeoutMs: 3000, icmp: 'off', http: 'socket' }
  await using watched = await watchProber(settings as never)
  const silent = Array<string>(200).fill('127.44.0.2')
  await watched.probeOnce([...silent, '127.44.0.1'])
  const found = watched.findings.filter(({ kind }) => kind === 'http')
  // The healthy one is the last in line, and the first to be told.
  expect(found[0]).toMatchObject({ slot: 200, outcome: { kind: 'reply' } })
  for (const { outcome } of found.slice(1)) expect(outcome).toMatchObject({ reason: 'timeout' })
  expect(found).toHaveLength(201)
})
