// Run inside a network namespace: probes the addresses given, and prints what it found as JSON, and
// how long that took.
import type { ProbeKind } from '../../src/core/model/probe.ts'
import { watchProber } from '../support/prober.ts'

const [settings = '{}', ...ips] = process.argv.slice(2)
const { untilLate = 0, ...rest } = JSON.parse(settings)
const watched = await watchProber(rest)
const beganMs = Date.now()
await watched.probeOnce(ips)
while ((watched.states.at(-1)?.rejected?.late ?? 0) < untilLate)
  await new Promise(done => setTimeout(done, 50))
await watched.prober.close()
const timed = (slot: number, kind: ProbeKind) => {
  const outcome = watched.outcome(slot, kind)
  return outcome && { ...outcome, afterMs: outcome.atMs - beganMs }
}
const outcomes = ips.map((ip, slot) => [
  ip,
  { icmp: timed(slot, 'icmp'), http: timed(slot, 'http') },
])
console.log(
  JSON.stringify({
    outcomes: Object.fromEntries(outcomes),
    abilities: watched.states[0]?.abilities,
    rejected: watched.states.at(-1)?.rejected,
    lateTicks: watched.states.at(-1)?.lateTicks,
  }),
)
