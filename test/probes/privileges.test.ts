import { describe, test as each, expect } from 'vitest'
import { noNamespaces } from '../support/namespaces.ts'
import { openRouted } from '../support/routed.ts'

const why = noNamespaces()

describe.skipIf(why !== '')(`ICMP by privileges${why && ` (skipped: ${why})`}`, () => {
  const test = each.concurrent

  const closePingRange = ['sysctl', '-qw', 'net.ipv4.ping_group_range=1 0']
  const drop = (...rest: readonly string[]) => ['setpriv', ...rest]
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups']
  const ready = (method: string) => ({ kind: 'ready', method, clock: 'kernel' })
  const off = (datagram: string, raw: string, gids: string, ...more: readonly string[]) => ({
    kind: 'off',
    // What follows is why the system's ping does not help either: it may not ping, or not be run.
    why: expect.stringContaining(
      `no right to open an ICMP socket (datagram: ${datagram}, ping_group_range is "1 0", \
your gids: ${gids}; raw: ${raw}, no CAP_NET_RAW); ping`,
    ),
    remedies: expect.arrayContaining([
      expect.stringContaining('sysctl -w net.ipv4.ping_group_range='),
      expect.stringContaining('CAP_NET_RAW'),
      ...more.map(remedy => expect.stringContaining(remedy)),
    ]),
  })

  /** Who may do what: with the ping group range that most kernels begin with, and an open one. */
  const cases = [
    { who: 'root', as: [], closed: ready('raw socket'), open: ready('datagram socket') },
    {
      who: 'root without CAP_NET_RAW',
      as: drop('--bounding-set=-net_raw', '--inh-caps=-net_raw'),
      // Its ping is there, and may not be run: installing one is no way out.
      closed: off('EACCES', 'EPERM', '0'),
      open: ready('datagram socket'),
    },
    {
      who: 'nobody',
      as: drop(...nobody, '--no-new-privs'),
      closed: off('EACCES', 'EPERM', '65534', 'install a ping'),
      open: ready('datagram socket'),
    },
    {
      who: 'nobody with an ambient CAP_NET_RAW',
      as: drop(...nobody, '--inh-caps=+net_raw', '--ambient-caps=+net_raw'),
      closed: ready('raw socket'),
      open: ready('datagram socket'),
    },
  ] as const

  test.for(cases)('$who: ICMP by the way that is permitted', async (right, { expect }) => {
    using net = openRouted()
    const ips = ['10.99.0.2', '::1']
    const open = await net.probe({ timeoutMs: 1000 }, ips, right.as)
    expect(open.abilities).toMatchObject({ icmp4: right.open, icmp6: right.open })
    net.run('here', ...closePingRange)
    const closed = await net.probe({ timeoutMs: 1000 }, ips, right.as)
    expect(closed.abilities).toMatchObject({ icmp4: right.closed, icmp6: right.closed })
    const permitted = right.closed.kind === 'ready'
    for (const ip of ips)
      expect(closed.outcomes[ip]).toMatchObject({
        icmp: permitted ? { kind: 'reply' } : { kind: 'failure', reason: 'not-permitted' },
        http: { kind: 'failure', reason: 'refused' },
      })
  })
})
