import * as v from 'valibot'
import { clocks } from '../model/probe.ts'
import type { AgentState, Feed, Snapshot } from '../model/snapshot.ts'
import { plainText } from './plain-text.ts'

const text = v.pipe(
  v.string(),
  v.transform(value => plainText(value, 512)),
)
const count = v.pipe(v.number(), v.finite(), v.minValue(0))

const feed = v.variant('kind', [
  v.object({ kind: v.literal('starting') }),
  v.object({ kind: v.literal('live') }),
  v.object({
    kind: v.literal('lost'),
    sinceMs: count,
    reason: text,
    retryAtMs: v.exactOptional(count),
    paused: v.exactOptional(v.literal(true)),
  }),
])

const agent = v.variant('kind', [
  v.object({ kind: v.literal('absent') }),
  v.object({ kind: v.literal('ok'), detail: text }),
  v.object({ kind: v.literal('failing'), detail: text }),
])

const ability = v.variant('kind', [
  v.object({ kind: v.literal('ready'), method: text, clock: v.picklist(clocks) }),
  v.object({
    kind: v.literal('off'),
    why: text,
    remedies: v.pipe(v.array(text), v.maxLength(16)),
  }),
])

const prober = v.object({
  abilities: v.object({ icmp4: ability, icmp6: ability, http: ability }),
  probesPerSecond: count,
  maxProbesPerSecond: count,
  timeoutMs: count,
  inFlight: count,
  lagMs: count,
  drops: count,
  rejected: v.exactOptional(
    v.object({
      late: count,
      duplicate: count,
      foreign: count,
      altered: count,
      spoofed: v.optional(count, 0), // older daemons counted it as foreign
    }),
  ),
  late: v.exactOptional(v.boolean()),
  lateAtMs: v.exactOptional(count),
  lateTicks: v.exactOptional(count),
  cpuShare: v.exactOptional(count),
  rssBytes: v.exactOptional(count),
  bytesPerSecond: v.exactOptional(count),
  queueLength: v.exactOptional(count),
  mainLagMs: v.exactOptional(count),
  clockSteps: v.exactOptional(count),
  steppedAtMs: v.exactOptional(count),
  restarts: v.exactOptional(count),
  restartedAtMs: v.exactOptional(count),
  restartReason: v.exactOptional(text),
})

const state = v.object({
  intervalMs: v.pipe(count, v.maxValue(1e12)),
  feed,
  agent,
  prober: v.optional(prober),
  listLost: v.optional(v.object({ sinceMs: count, reason: text })),
})

export interface StreamState {
  readonly intervalMs: number
  readonly feed: Feed
  readonly agent: AgentState
  readonly prober?: Snapshot['prober']
  readonly listLost?: Snapshot['listLost']
}

/** Reads a `state` line; undefined where it is none. */
export function readState(line: unknown): StreamState | undefined {
  const read = v.safeParse(state, line)
  return read.success ? read.output : undefined
}
