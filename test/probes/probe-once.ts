// Run inside a network namespace: probes the addresses given, and prints what it found as JSON.
import { watchProber } from '../support/prober.ts'

const [settings = '{}', ...ips] = process.argv.slice(2)
const watched = await watchProber(JSON.parse(settings))
await watched.probeOnce(ips)
await watched.prober.close()
const outcomes = ips.map((ip, slot) => [
  ip,
  { icmp: watched.outcome(slot, 'icmp'), http: watched.outcome(slot, 'http') },
])
console.log(
  JSON.stringify({
    outcomes: Object.fromEntries(outcomes),
    abilities: watched.states[0]?.abilities,
  }),
)
