import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, test } from 'vitest'
import type { RejectedReplies } from '../../../src/core/model/prober.ts'
import type { ProberSettings } from '../../../src/probes/index.ts'
import { addressOf, type MannerName, manners, type Requests } from '../../support/misbehaving.ts'
import { noNamespaces, twoNamespaces } from '../../support/namespaces.ts'
import { withinMs } from '../../support/within-ms.ts'

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const prober = fileOf('../probe-once.ts')
const responder = fileOf('../../support/misbehaving.ts')
const why = noNamespaces()

const names = Object.keys(manners) as MannerName[]

const timeoutMs = 600

/** What the prober makes of each, and when: a reply that counts, or silence. */
const repliedAfter = (leastMs: number) => ({
  kind: 'reply',
  clock: 'kernel',
  afterMs: withinMs(leastMs, timeoutMs + 2500),
})
const replied = repliedAfter(0)
const silence = {
  kind: 'failure',
  reason: 'timeout',
  packets: 3,
  afterMs: withinMs(timeoutMs - 50, timeoutMs + 2500),
}
const outcomes = {
  honest: replied,
  silent: silence,
  twice: replied,
  late: silence,
  elsewhere: silence,
  altered: silence,
  resequenced: silence,
  cut: silence,
  badSum: silence,
  otherId: silence,
  forged: repliedAfter(20),
  forgetful: { ...repliedAfter(90), packets: 2 },
  slow: repliedAfter(250),
} satisfies Record<MannerName, object>

/** What becomes of the rest. On datagram sockets the kernel drops bad sums, on raw ones our filter ids. */
const rejectedOf = (icmp: 'datagram' | 'raw', asked: Requests): RejectedReplies => ({
  late: asked.late,
  duplicate: asked.honest - 1 + (2 * asked.twice - 1) + (asked.forged - 1) + (asked.slow - 1),
  foreign: asked.elsewhere,
  spoofed: 20 * asked.forged,
  altered: asked.altered + asked.resequenced + asked.cut + (icmp === 'raw' ? asked.badSum : 0),
})

/** A namespace whose neighbour answers by its manners. */
async function openNet() {
  const net = twoNamespaces()
  const run = (side: 'here' | 'there', ...command: readonly string[]) =>
    execFileSync('ip', ['netns', 'exec', net[side].name, ...command], { stdio: 'pipe' })
  run('here', 'sysctl', '-qw', 'net.ipv4.ping_group_range=0 2147483647')
  run('here', ...`ip route add 10.97.0.0/16 via ${net.there.address}`.split(' '))
  run('there', ...'ip route add blackhole 10.97.0.0/16'.split(' ')) // the kernel itself says nothing
  run('there', ...'sysctl -qw net.ipv4.conf.all.rp_filter=0'.split(' '))
  const inside = ['netns', 'exec', net.there.name, process.execPath, responder, 'answer']
  const answering = spawn('ip', inside, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(answering.stdout, 'data')
  return {
    async probe(settings: Partial<ProberSettings> & { readonly untilLate: number }) {
      const command = [process.execPath, prober, JSON.stringify(settings), ...names.map(addressOf)]
      const place = ['netns', 'exec', net.here.name, ...command]
      const { stdout } = await promisify(execFile)('ip', place, { timeout: 15_000 })
      return JSON.parse(stdout)
    },
    async asked(): Promise<Requests> {
      answering.stdin.write('\n')
      const [counted] = await once(answering.stdout, 'data')
      return JSON.parse(String(counted))
    },
    async [Symbol.asyncDispose]() {
      const ended = once(answering, 'close')
      answering.kill()
      await ended
      net.close()
    },
  }
}

describe.skipIf(why !== '')(
  `replies that are not what they seem${why && ` (skipped: ${why})`}`,
  () => {
    test.concurrent.for(['datagram', 'raw'] as const)(
      'by a %s socket only the right one counts, and the others are told apart',
      async (icmp, { expect }) => {
        await using net = await openNet()
        const told = await net.probe({ icmp, http: 'off', timeoutMs, untilLate: 3 })
        for (const name of names)
          expect(told.outcomes[addressOf(name)].icmp, name).toMatchObject(outcomes[name])
        const asked = await net.asked()
        expect(asked, 'the silent are asked three times').toMatchObject({ silent: 3, late: 3 })
        expect(told.rejected).toEqual(rejectedOf(icmp, asked))
        const { packets } = told.outcomes[addressOf('slow')].icmp
        expect(packets, 'a long way loses nothing').toBeUndefined()
      },
    )

    test.concurrent.for([1, 10])(
      'a silent host is asked by as many packets as wanted: %i',
      async (icmpCount, { expect }) => {
        await using net = await openNet()
        await net.probe({ icmpCount, http: 'off', timeoutMs: 1100, untilLate: 0 })
        expect(await net.asked()).toMatchObject({ silent: icmpCount })
      },
    )
  },
)
