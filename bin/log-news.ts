import type { Log } from '../src/core/log.ts'
import type { Ability } from '../src/core/model/prober.ts'
import { hasIpv6, type Snapshot } from '../src/core/model/snapshot.ts'
import type { HealthSource } from '../src/core/model/source.ts'

/**
 * Logs what hinders a daemon, when it begins and when it ends (its agent, its node list, its rights),
 * and each probe thread that was lost.
 */
export function logNews(source: HealthSource, log: Log): void {
  let replaced = 0
  const known = new Map<string, string | undefined>()
  const tell = ([what, reason]: Hindrance) => {
    if (known.get(what) === reason) return
    known.set(what, reason)
    if (reason === undefined) log.info(`${what}: over`)
    else log.warn(what, { reason })
  }
  const tellReplaced = ({ prober }: Snapshot) => {
    const { restarts: times = 0, restartReason: reason } = prober ?? {}
    if (times > replaced) log.warn('the probe thread was lost and replaced', { times, reason })
    replaced = times
  }
  source.subscribe(() => {
    const snapshot = source.snapshot()
    hindrances(snapshot).forEach(tell)
    tellReplaced(snapshot)
  })
}

type Hindrance = readonly [what: string, reason: string | undefined]

const hindrances = (snapshot: Snapshot): readonly Hindrance[] => {
  const { feed, listLost, agent, prober } = snapshot
  const { icmp4, icmp6, http } = prober?.abilities ?? {}
  const sixOff = whyOff(icmp6)
  return [
    ['unable to get cluster nodes', listLost?.reason],
    ['the agent is not well', agent.kind === 'failing' ? agent.detail : undefined],
    ['probing has stopped', feed.kind === 'lost' ? feed.reason : undefined],
    ['ICMP over IPv4 cannot be sent', whyOff(icmp4)],
    ['ICMP over IPv6 cannot be sent', sixOff && hasIpv6(snapshot) ? sixOff : undefined],
    ['HTTP cannot be probed', whyOff(http)],
  ]
}

const whyOff = (ability: Ability | undefined) => (ability?.kind === 'off' ? ability.why : undefined)
