import type { Failure, FailureReason } from '../../core/model/probe.ts'
import { reasonTexts } from '../../core/model/reason-texts.ts'
import type { ProbeHealth } from '../../core/model/snapshot.ts'

/** An RTT in three digits: `42us`, `4.21ms`, `1.50s`. */
export function rtt(ns: number | undefined): string {
  if (ns === undefined || Number.isNaN(ns)) return '--'
  if (ns < 999_500) return `${Math.round(ns / 1000)}us`
  const ms = ns / 1_000_000
  if (ms < 9.995) return `${ms.toFixed(2)}ms`
  if (ms < 99.95) return `${ms.toFixed(1)}ms`
  return ms < 999.5 ? `${ms.toFixed(0)}ms` : `${(ms / 1000).toFixed(2)}s`
}

/** A span of time in at most four columns: `7s`, `99s`, `12m`, `5h`, `3d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 100) return `${seconds}s`
  if (seconds < 6000) return `${Math.floor(seconds / 60)}m`
  const hours = Math.floor(seconds / 3600)
  return hours < 100 ? `${hours}h` : `${Math.floor(hours / 24)}d`
}

/** An interval as people say it: `500ms`, `60s`, `5m`, `1m30s`. */
export function interval(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 100) return `${seconds}s`
  return seconds % 60 === 0
    ? `${Math.floor(seconds / 60)}m`
    : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}

/** Local time of day. */
export const clock = (ms: number): string => new Date(ms).toTimeString().slice(0, 8)

/** `900B`, `12kB`, `3.4MB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${Math.round(count)}B`
  if (count < 999_500) return `${Math.round(count / 1000)}kB`
  const millions = count / 1_000_000
  return `${millions.toFixed(millions < 10 ? 1 : 0)}MB`
}

/** `1 node`, `2 nodes`. */
export const count = (number: number, thing: string): string =>
  `${number} ${thing}${number === 1 ? '' : 's'}`

/** A failure in our own words, with its evidence. */
export const failureWords = ({ reason, detail }: Pick<Failure, 'reason' | 'detail'>): string =>
  detail === '' ? reasonTexts[reason] : `${reasonTexts[reason]} (${detail})`

/** Whether the verdict may be older than we know: it was never seen to turn. */
export const maybeOlder = ({ flaps }: Pick<ProbeHealth, 'flaps'>): boolean => flaps === 0

/** Since when a probe's verdict is what it is: `since 14:58:07 (9s)`, `for at least 9s`. */
export function sinceText(probe: ProbeHealth, nowMs: number): string {
  if (probe.changedAtMs === undefined) return ''
  const lasted = age(nowMs - probe.changedAtMs)
  return maybeOlder(probe)
    ? `for at least ${lasted}`
    : `since ${clock(probe.changedAtMs)} (${lasted})`
}

/** Why no reply came, in at most five columns. */
export const reasonWords: Readonly<Record<FailureReason, string>> = {
  timeout: 't/o',
  refused: 'refsd',
  reset: 'reset',
  closed: 'eof',
  'host-unreachable': 'unrch',
  'network-unreachable': 'unrch',
  prohibited: 'prohb',
  'invalid-route': 'route',
  'bad-status': 'bad',
  'bad-reply': 'bad',
  other: 'err',
  'not-permitted': 'n/a',
  'no-resources': 'n/a',
  'switched-off': 'off',
}
