// Run inside a network namespace: probes the addresses given, and prints what it found as JSON.
import { watchProber } from '../support/prober.ts'

const [settings = '{}', ...ips] = process.argv.slice(2)
const { untilLate = 0, ...rest } = JSON.parse(settings)
const watched = await watchProber(rest)
await watched.probeOnce(ips)
while ((watched.states.at(-1)?.rejected?.late ?? 0) < untilLate)
  await new Promise(done => setTimeout(done, 50))
await watched.prober.close()
const outcomes = ips.map((ip, slot) => [
  ip,
  { icmp: watched.outcome(slot, 'icmp'), http: watched.outcome(slot, 'http') },
])
console.log(
  JSON.stringify({
    outcomes: Object.fromEntries(outcomes),
    abilities: watched.states[0]?.abilities,
    rejected: watched.states.at(-1)?.rejected,
    lateTicks: watched.states.at(-1)?.lateTicks,
  }),
)
