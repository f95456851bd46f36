import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RejectedReplies } from '../../../src/core/model/prober.ts'
import { addressOf, type MannerName, manners, type Requests } from '../../support/misbehaving.ts'
import { noNamespaces, twoNamespaces } from '../../support/namespaces.ts'

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const prober = fileOf('../probe-once.ts')
const responder = fileOf('../../support/misbehaving.ts')
const why = noNamespaces()

const names = Object.keys(manners) as MannerName[]

/** What the prober makes of each: the reply that counts, or silence. */
const replied = { kind: 'reply', clock: 'kernel' }
const silence = { kind: 'failure', reason: 'timeout' }
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
  forged: replied,
} satisfies Record<MannerName, object>

/** What becomes of the rest. On datagram sockets the kernel drops bad sums, on raw ones our filter ids. */
const rejectedOf = (icmp: 'datagram' | 'raw', asked: Requests): RejectedReplies => ({
  late: asked.late,
  duplicate: asked.honest - 1 + (2 * asked.twice - 1) + (asked.forged - 1),
  foreign: asked.elsewhere + asked.cut + 20 * asked.forged,
  altered: asked.altered + asked.resequenced + (icmp === 'raw' ? asked.badSum : 0),
})

describe.skipIf(why !== '')(
  `replies that are not what they seem${why && ` (skipped: ${why})`}`,
  () => {
    let net: ReturnType<typeof twoNamespaces>
    let answering: ReturnType<typeof spawn>
    const run = (side: 'here' | 'there', command: string) =>
      execFileSync('ip', ['netns', 'exec', net[side].name, ...command.split(' ')], {
        stdio: 'pipe',
      })

    beforeAll(async () => {
      net = twoNamespaces()
      const openRange = ['sysctl', '-qw', 'net.ipv4.ping_group_range=0 2147483647']
      execFileSync('ip', ['netns', 'exec', net.here.name, ...openRange])
      run('here', `ip route add 10.97.0.0/16 via ${net.there.address}`)
      run('there', 'ip route add blackhole 10.97.0.0/16') // the kernel itself says nothing
      run('there', 'sysctl -qw net.ipv4.conf.all.rp_filter=0')
      const inside = ['netns', 'exec', net.there.name, process.execPath, responder, 'answer']
      answering = spawn('ip', inside, { stdio: ['pipe', 'pipe', 'inherit'] })
      if (answering.stdout) await once(answering.stdout, 'data')
    })
    afterAll(async () => {
      answering?.kill()
      if (answering) await once(answering, 'close')
      net?.close()
    })

    test.each(['datagram', 'raw'] as const)(
      'by a %s socket only the right one counts, and the others are told apart',
      async icmp => {
        const settings = { icmp, http: 'off', timeoutMs: 600, untilLate: 3 }
        const command = [
          process.execPath,
          prober,
          JSON.stringify(settings),
          ...names.map(addressOf),
        ]
        const inside = ['netns', 'exec', net.here.name, ...command]
        const { stdout } = await promisify(execFile)('ip', inside, { timeout: 15_000 })
        const told = JSON.parse(stdout)
        for (const name of names)
          expect(told.outcomes[addressOf(name)].icmp, name).toMatchObject(outcomes[name])
        answering.stdin?.write('\n')
        const [counted] = answering.stdout ? await once(answering.stdout, 'data') : []
        const asked: Requests = JSON.parse(String(counted))
        expect(asked, 'the silent are asked three times').toMatchObject({ silent: 3, late: 3 })
        expect(told.rejected).toEqual(rejectedOf(icmp, asked))
      },
    )
  },
)
