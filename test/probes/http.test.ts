import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { behaviours, openResponders, type Responders } from '../support/loopback.ts'
import { type Watched, watchProber } from '../support/prober.ts'

const names = Object.keys(behaviours) as (keyof typeof behaviours)[]
const addressOf = (name: keyof typeof behaviours) => `127.41.0.${1 + names.indexOf(name)}`
const nobody = '127.41.0.99'

const ways = ['native', 'socket', 'undici'] as const

let responders: Responders
let watchedBy: Readonly<Record<(typeof ways)[number], Watched>>
beforeAll(async () => {
  const plan = Object.fromEntries(names.map(name => [addressOf(name), name]))
  responders = await openResponders(plan)
  const [native, socket, undici] = await Promise.all(
    ways.map(http =>
      watchProber({ httpPort: responders.port, timeoutMs: 1000, icmp: 'off', http }),
    ),
  )
  if (!native || !socket || !undici) throw new Error('a way is missing')
  watchedBy = { native, socket, undici }
  const ips = [...names.map(addressOf), nobody]
  await Promise.all(Object.values(watchedBy).map(watched => watched.probeOnce(ips)))
})
afterAll(async () => {
  await Promise.all(Object.values(watchedBy).map(({ prober }) => prober.close()))
  await responders.close()
})

/** What each behaviour looks like from the prober's side. */
const expected = {
  healthy: { kind: 'reply' },
  late: { kind: 'reply' },
  hanging: { kind: 'failure', reason: 'timeout' },
  closing: { kind: 'failure', reason: 'closed' },
  resetting: { kind: 'failure', reason: 'reset' },
  ssh: { kind: 'failure', reason: 'bad-reply' },
  endless: { kind: 'failure', reason: 'bad-reply' },
  trickling: { kind: 'failure', reason: 'timeout' },
  closingLate: { kind: 'failure', reason: 'timeout' },
  resettingLate: { kind: 'failure', reason: 'timeout' },
  unhealthy: { kind: 'failure', reason: 'bad-status', detail: '503 Service Unavailable' },
  strange: { kind: 'failure', reason: 'bad-status', detail: '404 Not Found' },
  old: { kind: 'reply' },
} satisfies Record<keyof typeof behaviours, object>

describe.each(ways)('HTTP by %s', http => {
  let watched: Watched
  beforeAll(() => {
    watched = watchedBy[http]
  })

  test.each(names)('a responder that is %s is told as that', name => {
    const outcome = watched.outcome(names.indexOf(name), 'http')
    if (http === 'undici' && (name === 'resetting' || name === 'endless'))
      expect(outcome).toMatchObject({ kind: 'failure' }) // undici tells less
    else expect(outcome).toMatchObject(expected[name])
  })

  test('a closed port refuses', () => {
    expect(watched.outcome(names.length, 'http')).toMatchObject({ reason: 'refused' })
  })

  test('a reply comes with times that make sense', () => {
    const outcome = watched.outcome(names.indexOf('late'), 'http')
    if (outcome?.kind !== 'reply') throw new Error('no reply')
    expect(outcome.rttNs).toBeGreaterThan(140e6)
    expect(outcome.connectNs ?? 0).toBeLessThan(outcome.rttNs)
    expect(Math.abs(outcome.atMs - Date.now())).toBeLessThan(60_000)
  })

  test('a peer of Cilium 1.5 is asked by its own path at once the next time', async () => {
    const asked = () => responders.requests.get(addressOf('old'))?.length ?? 0
    const before = asked()
    await watched.prober.probe([names.indexOf('old')])
    expect(asked()).toBe(before + 1)
    expect(responders.requests.get(addressOf('old'))?.at(-1)).toMatch(/^GET \/v1beta\/hello /)
  })
})

test('native sockets tell a reset with our end of the connection', () => {
  const outcome = watchedBy.native.outcome(names.indexOf('resetting'), 'http')
  expect(outcome).toMatchObject({ detail: expect.stringMatching(/^127\.[\d.]+:\d+$/) })
})

test('the request is the one that Cilium sends, and one connection each', async () => {
  await using watched = await watchProber({ httpPort: responders.port, icmp: 'off' })
  const before = responders.requests.get(addressOf('healthy'))?.length ?? 0
  await watched.probeOnce([addressOf('healthy')])
  const requests = responders.requests.get(addressOf('healthy')) ?? []
  expect(requests).toHaveLength(before + 1)
  expect(requests.at(-1)).toMatch(/^GET \/hello HTTP\/1\.1\r\n/)
  expect(requests.at(-1)).toContain(`Host: ${addressOf('healthy')}:${responders.port}\r\n`)
  expect(requests.at(-1)).toMatch(/User-Agent: cilium-health\//)
})

test('no file descriptor is left after hundreds of probes of every behaviour', async () => {
  await using watched = await watchProber({
    httpPort: responders.port,
    timeoutMs: 300,
    icmp: 'off',
  })
  const ips = names.filter(name => name !== 'endless').map(addressOf)
  const targets = Array.from({ length: 500 }, (_, index) => ips[index % ips.length] ?? '')
  await watched.probeOnce(targets.slice(0, 20))
  const openSockets = () => new Set(readdirSync('/proc/self/fd')).size
  const before = openSockets()
  await watched.probeOnce(targets)
  await expect.poll(openSockets, { timeout: 5000 }).toBeLessThanOrEqual(before + 2)
})

test('IPv6 responders are asked with brackets in the Host line', async () => {
  const six = await openResponders({ '::1': 'healthy' })
  await using watched = await watchProber({ httpPort: six.port, icmp: 'off' })
  await watched.probeOnce(['::1'])
  expect(watched.outcome(0, 'http')).toMatchObject({ kind: 'reply', clock: 'kernel' })
  expect(six.requests.get('::1')?.[0]).toContain(`Host: [::1]:${six.port}\r\n`)
  await six.close()
})
