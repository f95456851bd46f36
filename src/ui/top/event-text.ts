import type { ProbeRef } from '../../core/model/changes.ts'
import type { EventKind, HealthEvent, Severity } from '../../core/model/events.ts'
import { type FailureReason, probeKinds } from '../../core/model/probe.ts'
import { reasonTexts } from '../../core/model/reason-texts.ts'
import { age, count } from './format.ts'
import { clean } from './text.ts'
import type { Glyphs, Tone } from './theme.ts'

export const severityTone = {
  critical: 'crit',
  warning: 'warn',
  info: 'info',
} as const satisfies Record<Severity, Tone>

/** An event's word, in at most five columns. */
export const kindWords = {
  down: 'DOWN',
  up: 'UP',
  unknown: 'OFF',
  flapping: 'FLAP',
  slower: 'SLOW',
  joined: 'JOIN',
  left: 'LEFT',
  'source-lost': 'LOST',
  'source-back': 'BACK',
  'list-lost': 'LOST',
  'list-back': 'BACK',
  replaced: 'CRASH',
} as const satisfies Record<EventKind, string>

const kindStates = {
  down: 'down',
  up: 'ok',
  unknown: 'stale',
  flapping: 'loss',
  slower: 'slow',
  joined: 'new',
  left: 'stale',
  'source-lost': 'down',
  'source-back': 'ok',
  'list-lost': 'loss',
  'list-back': 'ok',
  replaced: 'loss',
} as const satisfies Record<EventKind, keyof Glyphs['states']>

export const eventGlyph = ({ kind }: HealthEvent, glyphs: Glyphs): string =>
  glyphs.states[kindStates[kind]]

/** Whether it lasts and nobody has said that he knows. */
export const isFiring = ({ endedAtMs, acknowledged }: HealthEvent): boolean =>
  endedAtMs === undefined && !acknowledged

export const lastedMs = ({ atMs, endedAtMs }: HealthEvent, nowMs: number): number =>
  (endedAtMs ?? nowMs) - atMs

/**
 * How long it has lasted: `9s`, or `>9s` where it may have begun before; `<1s` where it was over so soon;
 * empty for what takes no time.
 */
export function lastedText(event: HealthEvent, nowMs: number): string {
  const lasted = lastedMs(event, nowMs)
  if (lasted > 0 && lasted < 1000 && event.endedAtMs !== undefined) return '<1s'
  return lasted >= 1000 ? `${event.maybeOlder ? '>' : ''}${age(lasted)}` : ''
}

/** Which probes it is about: `host icmp+http, endpoint http`, or shorter `host, endpoint http`. */
export function probesText(
  { probes }: { readonly probes: readonly Pick<ProbeRef, 'to' | 'kind'>[] },
  short = false,
): string {
  const kinds = new Map<string, Set<string>>()
  for (const { to, kind } of probes) kinds.set(to, (kinds.get(to) ?? new Set()).add(kind))
  return [...kinds]
    .map(([to, own]) =>
      short && own.size === probeKinds.length ? to : `${to} ${[...own].sort().reverse().join('+')}`,
    )
    .join(', ')
}

/** What happened, in words. */
export function whatText(event: HealthEvent): string {
  const { kind, nodes, number, reason } = event
  const cause = clean(reasonTexts[reason as FailureReason] ?? reason)
  switch (kind) {
    case 'down':
      return cause
    case 'unknown':
      return `cannot be probed from here: ${cause}`
    case 'up':
      return nodes.length > 1 ? 'answer again' : 'answers again'
    case 'flapping':
      return `turned ${number} times: ${cause || 'up and down'}`
    case 'slower':
      return `RTT ${number.toFixed(1)}x its median before`
    case 'joined':
    case 'left':
      return nodes.length === 1 ? `${kind} the cluster` : `${count(nodes.length, 'node')} ${kind}`
    case 'source-lost':
    case 'list-lost':
      return `${sourceOf(kind)} lost: ${cause}`
    case 'source-back':
    case 'list-back':
      return `${sourceOf(kind)} is back`
    case 'replaced':
      return `probe thread lost and replaced (${count(number, 'time')} so far): ${cause}`
    default:
      return kind satisfies never
  }
}

const sourceOf = (kind: `source-${string}` | `list-${string}`): string =>
  kind.startsWith('source') ? 'source' : 'node list'

/** One event in one sentence, for a reader and for searching. */
export function sentence(event: HealthEvent, nowMs: number): string {
  const { nodes, kind } = event
  const listed = kind === 'joined' || kind === 'left' || nodes.length === 0
  const many = listed ? '' : `${count(nodes.length, 'node')} `
  const who = nodes.length === 1 ? `${clean(nodes[0] ?? '')} ` : many
  const probes = probesText(event)
  const lasted = lastedText(event, nowMs).replace('>', 'for at least ').replace('<', 'under ')
  const what = `${whatText(event)}${lasted === '' ? '' : `, ${lasted}`}`
  return `${who}${kindWords[kind]}${probes === '' ? '' : ` ${probes}`}: ${what}`
}
