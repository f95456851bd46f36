import { expect, test } from 'vitest'
import { type Checkup, formatCheckup, type IcmpWays } from '../../../src/ui/text/doctor.ts'

const ways: IcmpWays = {
  datagram: { usable: true, says: 'receive buffer 8 MiB, stamps of arrivals and departures' },
  raw: { usable: false, says: 'EPERM' },
  system: { usable: true, says: 'a process for each probe' },
}

const well: Checkup = {
  version: '0.1.0',
  node: { version: '24.1.0', wanted: '22.19 or newer', good: true },
  canProbe: true,
  abilities: {
    icmp4: { kind: 'ready', method: 'datagram socket', clock: 'kernel' },
    icmp6: { kind: 'off', why: 'this machine has no IPv6', remedies: [] },
    http: { kind: 'ready', method: 'native sockets', clock: 'kernel' },
  },
  icmp4: ways,
  icmp6: { ...ways, datagram: { usable: false, says: 'EAFNOSUPPORT' } },
  nativeSockets: { usable: true, says: 'loaded' },
  pingGroupRange: '0 2147483647',
  gids: [65534],
  capabilities: { NET_RAW: false, NET_ADMIN: false },
  rmemMaxBytes: 212_992,
  programs: { ip: '/usr/sbin/ip' },
  health: { path: '/var/run/cilium/health.sock', state: 'ready' },
  agent: { path: '/var/run/cilium/cilium.sock', state: 'not permitted' },
}

test('a machine that may probe is told line by line', () => {
  expect(formatCheckup(well)).toBe(`\
ok   ICMP, IPv4              datagram socket, timed by the kernel
ok     datagram socket       receive buffer 8 MiB, stamps of arrivals and departures
-      raw socket            EPERM
ok     system ping           a process for each probe
off  ICMP, IPv6              this machine has no IPv6
-      datagram socket       EAFNOSUPPORT
-      raw socket            EPERM
ok     system ping           a process for each probe
ok   HTTP                    native sockets, timed by the kernel
ok   native sockets (koffi)  loaded
-    ping_group_range        "0 2147483647", your gids: 65534
-    CAP_NET_RAW             not held
-    CAP_NET_ADMIN           not held
-    net.core.rmem_max       0.2 MiB without CAP_NET_ADMIN
ok   ip                      /usr/sbin/ip
-    ping                    not there: the last way to ping
-    fping                   not there: the benchmarks compare with it
ok   health socket           /var/run/cilium/health.sock
-    agent socket            /var/run/cilium/cilium.sock: not permitted
ok   Node                    24.1.0

Can be probed: ICMP over IPv4, HTTP.
Cannot be probed: ICMP over IPv6.
`)
  const { icmp4, http } = well.abilities
  expect(formatCheckup({ ...well, abilities: { icmp4, icmp6: icmp4, http } })).toMatch(
    /\n\nICMP and HTTP can be probed\.\n$/,
  )
})

test('where something cannot be probed each way out is told once', () => {
  const off = {
    kind: 'off',
    why: 'no right',
    remedies: ['open the range', 'give the right'],
  } as const
  const { http } = well.abilities
  const abilities = { icmp4: off, icmp6: off, http }
  const text = formatCheckup({ ...well, canProbe: false, abilities })
  expect(text).toContain('off  ICMP, IPv4              no right\n')
  expect(text.split('\n').slice(-5)).toEqual([
    'Can be probed: HTTP.',
    'Cannot be probed: ICMP over IPv4, ICMP over IPv6. Any one of these helps:',
    '  open the range',
    '  give the right',
    '',
  ])
})

test('what the machine hides is left out, and its words cannot harm a terminal', () => {
  const { pingGroupRange, capabilities, rmemMaxBytes, ...rest } = well
  const evil = { usable: false, says: 'koffi did not load: \u001b[2J' }
  const text = formatCheckup({ ...rest, nativeSockets: evil })
  expect(text).not.toMatch(/ping_group_range|CAP_|rmem_max/)
  expect(text).not.toContain('\u001b')
})
