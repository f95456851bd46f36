import type { Failure, Outcome, Reply } from '../../src/core/model/probe.ts'
import type {
  Finding,
  OpenProber,
  ProbePlan,
  Prober,
  ProberEvents,
  Slot,
} from '../../src/core/model/prober.ts'

export const reply = (atMs: number, rttNs = 150_000): Reply => ({
  kind: 'reply',
  atMs,
  rttNs,
  clock: 'kernel',
})

export const failure = (atMs: number, reason: Failure['reason'] = 'timeout'): Failure => ({
  kind: 'failure',
  atMs,
  reason,
  detail: '',
})

/** A prober that sends nothing: the test reads what it was asked and tells what was found. */
export function fakeProber() {
  const asked: Slot[][] = []
  let events: ProberEvents | undefined
  let plan: ProbePlan = { targets: [], intervalMs: 0 }
  let finish: (() => void)[] = []
  let closed = false
  const prober: Prober = {
    follow(next) {
      plan = next
    },
    probe(slots) {
      asked.push([...slots])
      return new Promise(resolve => finish.push(resolve))
    },
    async close() {
      closed = true
    },
  }
  const open: OpenProber = async opened => {
    events = opened
    return prober
  }
  return {
    open,
    asked,
    plan: () => plan,
    closed: () => closed,
    find: (...findings: readonly Finding[]) => events?.findings(findings),
    interrupt: (reason: string, retryAtMs: number) => events?.interrupted(reason, retryAtMs),
    resume: () => events?.resumed(),
    /** Tells of every path of the plan, and ends the probes that were asked for. */
    findAll(outcome: Outcome) {
      const kinds = ['icmp', 'http'] as const
      this.find(...plan.targets.flatMap(({ slot }) => kinds.map(kind => ({ slot, kind, outcome }))))
      for (const done of finish) done()
      finish = []
    },
  }
}
