import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, test as each } from 'vitest'
import { noNamespaces } from '../support/namespaces.ts'
import { openRouted } from '../support/routed.ts'
import { withinMs } from '../support/within-ms.ts'

const why = noNamespaces()
const timeoutMs = 3000
/** A kernel asks three times in three seconds for a neighbour, then gives up. */
const longerThanArpMs = 8000

/** Long before the timeout; the machine may be busy. */
const atOnce = withinMs(0, 2000)
const byTimeout = withinMs(timeoutMs - 50, timeoutMs + 2500)
const byArp = withinMs(1000, longerThanArpMs - 500)

const replied = { kind: 'reply', afterMs: atOnce }
const silence = { reason: 'timeout', afterMs: byTimeout }
const failed = (reason: string, detail = '') => ({ reason, detail, afterMs: atOnce })
/** By both kinds of probe; only ICMP tells who said it. */
const both = (reason: string, detail = '') => ({
  icmp: failed(reason, detail),
  http: failed(reason),
})

describe.skipIf(why !== '')(`what cannot be reached${why && ` (skipped: ${why})`}`, () => {
  const test = each.concurrent

  const ipv4 = {
    '10.99.0.2': { icmp: { ...replied, clock: 'kernel' }, http: failed('refused') },
    '10.96.0.1': both('invalid-route'),
    '10.96.1.1': both('host-unreachable'),
    '10.96.2.1': both('prohibited'),
    '10.96.3.1': both('host-unreachable', 'from 10.99.0.2'),
    '10.96.4.1': {
      icmp: failed('prohibited', 'administratively prohibited, from 10.99.0.2'),
      http: failed('host-unreachable'),
    },
    '10.96.5.1': { icmp: silence, http: silence },
    '10.98.0.1': both('network-unreachable'),
    '10.99.0.255': { icmp: failed('prohibited'), http: failed('network-unreachable') },
  }

  const ipv6 = {
    'fd00:99::2': { icmp: { ...replied, clock: 'kernel' }, http: failed('refused') },
    'fd00:96:0::1': both('invalid-route'),
    'fd00:96:1::1': both('host-unreachable'),
    'fd00:96:2::1': both('prohibited'),
    'fd00:96:3::1': both('network-unreachable', 'no route, from fd00:99::2'),
    'fd00:96:4::1': both('prohibited', 'administratively prohibited, from fd00:99::2'),
    'fd00:96:5::1': { icmp: silence, http: silence },
    'fd00:98::1': both('network-unreachable'),
  }

  test.for([
    { family: 'IPv4', icmp: 'datagram', expected: ipv4, ability: 'icmp4' },
    { family: 'IPv4', icmp: 'raw', expected: ipv4, ability: 'icmp4' },
    { family: 'IPv6', icmp: 'datagram', expected: ipv6, ability: 'icmp6' },
    { family: 'IPv6', icmp: 'raw', expected: ipv6, ability: 'icmp6' },
  ] as const)(
    'each way has its own reason and its time, by a $icmp socket of $family, and spoils no neighbour',
    async ({ icmp, expected, ability }, { expect }) => {
      using net = openRouted()
      const told = await net.probe({ icmp, timeoutMs }, Object.keys(expected))
      expect(told.abilities[ability]).toMatchObject({ kind: 'ready', method: `${icmp} socket` })
      expect(told.outcomes).toMatchObject(expected)
    },
  )

  test('a packet that needs more hops than it has is told with who gave it up', async ({
    expect,
  }) => {
    using net = openRouted()
    net.run('here', 'sysctl', '-qw', 'net.ipv4.ip_default_ttl=1')
    const told = await net.probe({ timeoutMs, http: 'off' }, ['10.96.6.1'])
    const gaveUp = failed('host-unreachable', 'TTL exceeded, from 10.99.0.2')
    expect(told.outcomes['10.96.6.1']?.icmp).toMatchObject(gaveUp)
  })

  test('a neighbour that is not there is unreachable once the kernel gave up asking for it', async ({
    expect,
  }) => {
    using net = openRouted()
    const ips = ['10.99.0.77', 'fd00:99::77']
    const { outcomes } = await net.probe({ timeoutMs: longerThanArpMs }, ips)
    const unreachable = { reason: 'host-unreachable', afterMs: byArp }
    for (const [ip, from] of [['10.99.0.77', '10.99.0.1'] as const, ['fd00:99::77', 'fd00:99::1']])
      expect(outcomes[ip]).toMatchObject({
        icmp: { ...unreachable, detail: `from ${from}` },
        http: unreachable,
      })
  })

  test('a redirect ends no wait', async ({ expect }) => {
    using net = openRouted()
    net.run('there', 'sysctl', '-qw', 'net.ipv4.conf.all.send_redirects=1')
    const { outcomes } = await net.probe({ timeoutMs, http: 'off' }, ['10.96.6.1'])
    expect(net.counter(net.here, 'Icmp', 'InRedirects')).toBeGreaterThan(0)
    expect(outcomes['10.96.6.1']?.icmp).toMatchObject({ kind: 'failure', afterMs: byArp })
  })

  test('behind a link that is down at its far end there is silence, then nobody', async ({
    expect,
  }) => {
    using net = openRouted()
    net.link(net.there, 'down')
    const ips = ['10.99.0.2', 'fd00:99::2']
    const { outcomes: soon } = await net.probe({ timeoutMs: 1000 }, ips)
    const { outcomes: late } = await net.probe({ timeoutMs: longerThanArpMs }, ips)
    for (const ip of ips) {
      const timeout = { reason: 'timeout', afterMs: withinMs(950, 3500) }
      expect(soon[ip]).toMatchObject({ icmp: timeout, http: timeout })
      const nobody = { reason: 'host-unreachable', afterMs: withinMs(0, longerThanArpMs - 500) }
      expect(late[ip]).toMatchObject({ icmp: nobody, http: nobody })
    }
  })

  test('with our own link down the network is unreachable, at once', async ({ expect }) => {
    using net = openRouted()
    net.link(net.here, 'down')
    const ips = ['10.99.0.2', 'fd00:99::2', '10.96.3.1']
    const { outcomes } = await net.probe({ timeoutMs }, ips)
    for (const ip of ips) expect(outcomes[ip]).toMatchObject(both('network-unreachable'))
  })

  test('a lost SYN is sent again by the kernel, and told', async ({ expect, onTestFinished }) => {
    using net = openRouted()
    const answering = "require('http').createServer((_, answer) => answer.end())"
    const serve = `${answering}.listen(4240, () => console.log('ready'))`
    const inside = ['netns', 'exec', net.there.name, process.execPath, '-e', serve]
    const server = spawn('ip', inside, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void server.kill())
    await once(server.stdout, 'data')
    // Who has no way back to us hears nothing from us.
    const noWayBack = ['blackhole', '10.99.0.1']
    net.run('there', 'ip', 'route', 'add', ...noWayBack)
    const received = () => net.counter(net.there, 'Ip', 'InReceives')
    const before = received()
    const probing = net.probe({ icmp: 'off', timeoutMs: 10_000, httpPort: 4240 }, ['10.99.0.2'])
    while (received() === before) await new Promise(done => setTimeout(done, 20))
    net.run('there', 'ip', 'route', 'del', ...noWayBack)
    const { http } = (await probing).outcomes['10.99.0.2'] ?? {}
    if (http?.kind !== 'reply') throw new Error('no reply')
    expect(http.clock).toBe('process')
    expect(http.retransmits).toBeGreaterThanOrEqual(1)
    expect(http.connectNs).toBeGreaterThan(500e6)
  })
})
