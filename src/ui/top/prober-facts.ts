import type { StampClock } from '../../core/model/probe.ts'
import type { Ability, ProberState, RejectedReplies } from '../../core/model/prober.ts'
import { bytes, clock, interval } from './format.ts'
import type { Span } from './line.ts'
import { clean } from './text.ts'

/** One figure that the prober tells of itself. */
interface Fact<Value> {
  readonly title: string
  readonly text: (value: Value) => string
  /** The same in the header of a large screen; empty: nothing worth a place there. */
  readonly brief?: (value: Value) => string
  readonly warns?: (value: Value) => boolean
}

type Told = Omit<ProberState, 'abilities'>
type Facts = { readonly [Field in keyof Told]-?: Fact<NonNullable<Told[Field]>> }

/** More than this is not what a thread with nothing else to do has. */
export const lagWarnsFromMs = 50
const ms = (value: number): string => `${Math.round(value)}ms`
const rejectedAt = (replies: RejectedReplies): number =>
  Object.values(replies).reduce((sum, each) => sum + each, 0)
const isSome = (value: number): boolean => value > 0

/** All that it tells, in the order in which it is shown. What is new there is a line here. */
const facts: Facts = {
  cpuShare: {
    title: 'CPU of the process',
    text: share => `${(100 * share).toFixed(1)}% of a core`,
    brief: share => `CPU ${(100 * share).toFixed(1)}%`,
  },
  rssBytes: { title: 'memory', text: bytes, brief: value => `RSS ${bytes(value)}` },
  bytesPerSecond: {
    title: 'sent',
    text: value => `${bytes(value)}/s`,
    brief: value => `${bytes(value)}/s`,
  },
  probesPerSecond: { title: 'probes begun', text: value => `${value.toFixed(1)}/s` },
  maxProbesPerSecond: { title: 'at most', text: value => `${Math.round(value)}/s` },
  timeoutMs: { title: 'timeout of a probe', text: interval },
  inFlight: { title: 'in flight', text: String },
  queueLength: {
    title: 'due and waiting',
    text: String,
    brief: value => `queue ${value}`,
  },
  lagMs: {
    title: 'lag of the probe thread',
    text: ms,
    brief: value => `lag ${ms(value)}`,
    warns: value => value > lagWarnsFromMs,
  },
  mainLagMs: {
    title: 'lag of the main thread',
    text: ms,
    brief: value => `main lag ${ms(value)}`,
    warns: value => value > 4 * lagWarnsFromMs,
  },
  lateTicks: {
    title: 'late ticks',
    text: String,
    brief: value => `late ${value}`,
  },
  late: { title: 'late just now', text: late => (late ? 'yes' : 'no'), warns: late => late },
  lateAtMs: { title: 'late at last', text: clock },
  drops: {
    title: 'replies dropped here',
    text: String,
    brief: value => (value > 0 ? `${value} dropped here` : ''),
    warns: isSome,
  },
  rejected: {
    title: 'replies not accepted',
    text: replies =>
      Object.entries(replies)
        .map(([kind, count]) => `${kind} ${count}`)
        .join('  '),
    brief: replies => (rejectedAt(replies) > 0 ? `${rejectedAt(replies)} not accepted` : ''),
    warns: ({ spoofed, altered }) => isSome(spoofed + altered),
  },
  clockSteps: { title: 'steps of the clock', text: String, warns: isSome },
  steppedAtMs: { title: 'stepped at last', text: clock },
  restarts: {
    title: 'probe threads lost',
    text: String,
    brief: value => `${value} restarts`,
    warns: isSome,
  },
  restartedAtMs: { title: 'replaced at last', text: clock },
  restartReason: { title: 'lost because', text: clean },
}

/** A figure as it is told: absent where the prober does not tell it. */
interface Figure {
  readonly title: string
  readonly text: string
  readonly brief: string
  readonly tone: 'warn' | undefined
}

export const figuresOf = (state: ProberState): readonly Figure[] =>
  (Object.keys(facts) as (keyof Told)[]).flatMap(field => figureOf(facts[field], state[field]))

// The table has a fact of its own type for each field.
function figureOf(fact: Fact<never>, value: Told[keyof Told]): readonly Figure[] {
  if (value === undefined) return []
  const { title, text, brief = () => '', warns = () => false } = fact as Fact<typeof value>
  return [
    { title, text: text(value), brief: brief(value), tone: warns(value) ? 'warn' : undefined },
  ]
}

const ways = [
  ['ICMP', 'icmp4'],
  ['ICMPv6', 'icmp6'],
  ['HTTP', 'http'],
] as const

/** How each protocol is probed: `ICMP datagram`, `ICMPv6 off`. */
export const wayWords = ({ abilities }: ProberState): readonly Span[] =>
  ways.map(([what, which]) => {
    const ability = abilities[which]
    if (ability.kind === 'off') return [`${what} off`, 'warn']
    return [`${what} ${clean(ability.method).replace(/ sockets?$/, '')}`, 'dim']
  })

/** The same at length. */
export const wayTexts = ({ abilities }: ProberState): readonly (readonly [string, string])[] =>
  ways.map(([what, which]) => [what, wayText(abilities[which])])

const wayText = (ability: Ability): string =>
  ability.kind === 'off'
    ? `off: ${clean(ability.why)}`
    : `${clean(ability.method)}, ${stampWords[ability.clock]}`

const stampWords = {
  kernel: 'arrivals stamped by the kernel',
  process: 'arrivals stamped by the process',
  unknown: 'timed by others',
} as const satisfies Record<StampClock, string>
