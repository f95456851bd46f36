import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeAbilities } from '../../src/probes/index.ts'
import { type Watched, watchProber } from '../support/prober.ts'

const settings = {
  httpPort: 1,
  timeoutMs: 5000,
  maxProbesPerSecond: 1e5,
  icmpCount: 3,
  http: 'off',
} as const
const able = async (icmp: 'auto' | 'system') =>
  (await describeAbilities({ ...settings, icmp })).icmp4.kind === 'ready'

const [mayPing, hasPing] = await Promise.all([able('auto'), able('system')])

describe.skipIf(!mayPing)('ICMP on loopback (skipped where no ICMP socket may be opened)', () => {
  let watched: Watched
  beforeAll(async () => {
    watched = await watchProber({ http: 'off' })
  })
  afterAll(() => watched.prober.close())

  test.each(['127.0.0.1', '127.200.3.4', '::1'])('%s replies, by the kernel’s clock', async ip => {
    await watched.probeOnce([ip])
    const outcome = watched.outcome(0, 'icmp')
    expect(outcome).toMatchObject({ kind: 'reply', clock: 'kernel' })
    if (outcome?.kind === 'reply') expect(outcome.rttNs).toBeLessThan(1e9)
  })

  test('a burst of 1000 targets loses nothing', async () => {
    const before = watched.findings.length
    const ips = Array.from({ length: 1000 }, (_, n) => `127.50.${n >> 8}.${n & 255}`)
    ips[0] = '127.50.9.9' // .0 of a network is fine on loopback; keep it plain
    await watched.probeOnce(ips)
    const replies = watched.findings
      .slice(before)
      .filter(({ kind, outcome }) => kind === 'icmp' && outcome.kind === 'reply')
    expect(replies).toHaveLength(1000)
    expect(watched.states.at(-1)?.drops).toBe(0)
  })
})

test.skipIf(!hasPing)(
  'the system’s ping does where sockets may not (skipped without a ping)',
  async () => {
    await using watched = await watchProber({ icmp: 'system', http: 'off' })
    await watched.probeOnce(['127.0.0.1', '127.0.0.2'])
    expect(watched.outcome(0, 'icmp')).toMatchObject({ kind: 'reply', clock: 'unknown' })
    expect(watched.outcome(1, 'icmp')).toMatchObject({ kind: 'reply', clock: 'unknown' })
  },
)

test('ICMP that is switched off is told as the prober’s limit, never as a node that is down', async () => {
  await using watched = await watchProber({ icmp: 'off', http: 'off' })
  await watched.probeOnce(['127.0.0.1'])
  expect(watched.outcome(0, 'icmp')).toMatchObject({ kind: 'failure', reason: 'switched-off' })
  expect(watched.states[0]?.abilities.icmp4).toMatchObject({ kind: 'off', why: 'switched off' })
})
