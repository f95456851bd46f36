import type { ProberState } from '../../../core/model/prober.ts'
import { type Feed, hasIpv6, type Snapshot } from '../../../core/model/snapshot.ts'
import { stateTone } from '../cells.ts'
import { clusterFigures } from '../cluster-figures.ts'
import { age, clock, count, interval, rtt } from '../format.ts'
import { keyName } from '../keys.ts'
import { type Line, lineWidth, parts, type Span, spread } from '../line.ts'
import { lagWarnsFromMs } from '../prober-facts.ts'
import { type NodeState, nodeStates } from '../state.ts'
import { clean, cut, cutMiddle } from '../text.ts'
import { paceSpan, proberLine } from './prober.ts'
import type { Shown } from './shown.ts'

/** Who looks at what, how it is, and what is in the way; as many lines as the screen can spare. */
export function headerLines(shown: Shown, width: number, height: number): readonly Line[] {
  const small = width < 40 || height < 8
  const large = width >= 120 && height >= 30
  const lines = small
    ? [smallTitle(shown, width)]
    : [title(shown, width), summary(shown, width, large)]
  const prober = large ? proberLine(shown.board.snapshot, width) : []
  return [...lines, ...prober, ...warningLines(shown, width, height)]
}

/** What is in the way of knowing. */
export function warningLines(shown: Shown, width: number, height: number): readonly Line[] {
  const notice = height < 10 ? undefined : noticeLine(shown, width)
  const banners = bannerLines(shown, width)
  return [...(notice ? [notice] : []), ...(height < 8 ? banners.slice(0, 1) : banners)]
}

function title(shown: Shown, width: number): Line {
  const { theme } = shown
  const { names, snapshot } = shown.board
  const { origin, self, agent } = snapshot
  const left: Span[] = [
    [shown.title, 'bold'],
    ...sourceSpans(shown),
    [cut(clean(origin.label), 48, theme.glyphs.ellipsis), 'info'],
    ...(self === undefined
      ? []
      : [[`on ${cutMiddle(clean(self), 24, theme.glyphs.ellipsis)}`] as const]),
    ...(names.cluster === undefined ? [] : [[`cluster ${names.cluster}`] as const]),
    ...agentSpan(agent),
  ]
  const right = clockSpans(shown)
  return spread(parts(left, width - lineWidth(right) - 1), right, width, theme)
}

/** Which of the sources it is, with the keys that lead to the others. */
export const sourceSpans = ({ sources: { labels, at }, keys }: Shown): readonly Span[] => {
  if (labels.length < 2) return []
  const [back = '', on = ''] = [keys.previousSource[0], keys.nextSource[0]].map(key =>
    keyName(key ?? ''),
  )
  return [[`${back}${at + 1}/${labels.length}${on}`, 'bold']]
}

const agentSpan = (agent: Shown['board']['snapshot']['agent']): readonly Span[] => {
  if (agent.kind === 'absent') return []
  if (agent.kind === 'ok') return [['agent ok', 'ok']]
  return [[`agent failing: ${clean(agent.detail)}`, 'crit']]
}

function smallTitle(shown: Shown, width: number): Line {
  const { counts, rows } = shown.board
  const bad = rows.length - counts.ok
  const off = abilitiesOff(shown.board.snapshot).map(({ what }): Span => [`${what} off`, 'warn'])
  const right = width < 30 ? [] : clockSpans(shown)
  const room = width - lineWidth(right)
  const left = (text: string) => parts([[text, bad > 0 ? 'warn' : 'plain'], ...off], room, 1)
  const whole = left(`${count(rows.length, 'node')}, ${bad} not OK`)
  const fits = whole.length === 2 * off.length + 1 && lineWidth(whole) < room
  return spread(fits ? whole : left(`${rows.length}n ${bad}bad`), right, width, shown.theme)
}

export const clockSpans = ({ view, nowMs }: Shown): Line =>
  view.frozen === undefined
    ? [[clock(nowMs)]]
    : [[`FROZEN ${clock(view.frozen.nowMs)}`, 'selected']]

/** Where the prober has a line of its own, only its pace is here. */
function summary(shown: Shown, width: number, large: boolean): Line {
  const { rows, reachable, counts, snapshot } = shown.board
  const begin: Span = [
    `${reachable}/${rows.length} reachable`,
    reachable < rows.length ? 'bold' : 'plain',
  ]
  const pace = snapshot.prober === undefined ? [] : [paceSpan(snapshot.prober)]
  const lag = snapshot.prober === undefined ? [] : lagSpans(snapshot.prober)
  const end: Span[] = large ? [] : [...pace, ...lag]
  if (snapshot.intervalMs > 0) end.unshift([`probe every ${interval(snapshot.intervalMs)}`, 'dim'])
  const lineOf = (holds: (state: NodeState) => boolean): readonly Span[] => [
    begin,
    ...(['ok', ...nodeStates.filter(state => state !== 'ok')] as const)
      .filter(holds)
      .map(state => countSpan(shown, state, counts[state])),
    ...end,
  ]
  // Where there is room states without a node keep their place, so that the line does not jump.
  const whole = lineOf(state => state !== 'new' || counts.new > 0)
  const fits = parts(whole, width).length === parts(whole, Number.POSITIVE_INFINITY).length
  const kept = fits ? whole : lineOf(state => state === 'ok' || counts[state] > 0)
  const figures = [...countdown(shown), ...hostSpans(shown)]
  return parts([...kept, ...figures], width)
}

function hostSpans({ board }: Shown): readonly Span[] {
  const { host } = clusterFigures(board)
  if (host === undefined) return []
  const { p50Ns, p95Ns, p99Ns } = host
  return [[`host icmp p50 ${rtt(p50Ns)}  p95 ${rtt(p95Ns)}  p99 ${rtt(p99Ns)}`]]
}

/** Intervals shorter than this need no countdown. */
const longMs = 10_000

function countdown({ board, nowMs }: Shown): readonly Span[] {
  const { intervalMs, feed } = board.snapshot
  const { dueAtMs } = clusterFigures(board)
  const leftMs = (dueAtMs ?? 0) - nowMs
  const counts = feed.kind === 'live' && intervalMs >= longMs && leftMs > 0
  return counts ? [[`next in ${age(leftMs + 999)}`, 'dim']] : []
}

function countSpan({ theme }: Shown, state: NodeState, count: number): Span {
  const text = `${theme.glyphs.states[state]} ${count}`
  return [state === 'ok' ? text : `${text} ${state}`, count === 0 ? 'dim' : stateTone[state]]
}

const lagSpans = ({ lagMs, drops, rejected }: ProberState): readonly Span[] => [
  [`lag ${Math.round(lagMs)}ms`, lagMs > lagWarnsFromMs ? 'warn' : 'dim'],
  ...(drops > 0 ? [[`${drops} replies dropped here`, 'warn'] as const] : []),
  ...(['spoofed', 'altered'] as const).flatMap(kind => {
    const replies = rejected?.[kind] ?? 0
    return replies > 0 ? [[`${replies} replies ${kind}`, 'warn'] as const] : []
  }),
]

/** What cannot be probed from here; IPv6 counts where there is a node that has it. */
export function abilitiesOff(snapshot: Snapshot) {
  const { prober } = snapshot
  if (prober === undefined) return []
  const { icmp4, icmp6, http } = prober.abilities
  const both = icmp4.kind === 'off' && icmp6.kind === 'off'
  return [
    ...(icmp4.kind === 'off' ? [{ ...icmp4, what: both ? 'ICMP' : 'ICMPv4' }] : []),
    ...(icmp6.kind === 'off' && !both && hasIpv6(snapshot) ? [{ ...icmp6, what: 'ICMPv6' }] : []),
    ...(http.kind === 'off' ? [{ ...http, what: 'HTTP' }] : []),
  ]
}

/** What cannot be probed from here, told once, with the first way out. */
function noticeLine({ board, theme }: Shown, width: number): Line | undefined {
  const [off] = abilitiesOff(board.snapshot)
  if (off === undefined) return undefined
  const { what, why, remedies } = off
  const [remedy] = remedies
  // What there is to do comes first: why it is so, at length, is in the help.
  const forbidden = remedy !== undefined && /\b(right|permission|permitted)\b/.test(why)
  const because = forbidden && width >= 60 ? ', no permission' : ''
  const text = `${what} off${because}: ${clean(forbidden ? remedy : why)}`
  return [[cut(text, width, theme.glyphs.ellipsis), 'warn']]
}

/** That the source is gone, or the node list: since when, when it is tried again, and why. */
function bannerLines({ board, nowMs, startedAtMs, theme }: Shown, width: number): Line[] {
  const { feed, origin, nodes, listLost, prober } = board.snapshot
  if (nodes.length === 0) return []
  const banner = (text: string): Line => [
    [` ${cut(text, Math.max(0, width - 2), theme.glyphs.ellipsis)} `, 'banner'],
  ]
  const lines: Line[] = []
  if (feed.kind === 'lost') lines.push(banner(`Source lost ${lostText(feed, nowMs)}`))
  if (feed.kind === 'starting') {
    const waited = age(nowMs - startedAtMs)
    lines.push([[`Waiting for results from ${clean(origin.label)} ... ${waited}`, 'info']])
  }
  if (listLost !== undefined) {
    const ago = age(nowMs - listLost.sinceMs)
    lines.push(banner(`Node list lost ${ago} ago, these are its last: ${clean(listLost.reason)}`))
  }
  const replaced = prober && replacedText(prober, nowMs)
  if (replaced && feed.kind !== 'lost') lines.push(banner(replaced))
  return lines
}

/** For so long a new probe thread is news. */
const replacedNewsMs = 60_000

function replacedText(prober: ProberState, nowMs: number): string | undefined {
  const { restarts = 0, restartedAtMs = 0, restartReason = '' } = prober
  const agoMs = Math.max(0, nowMs - restartedAtMs)
  if (restarts === 0 || agoMs > replacedNewsMs) return undefined
  const times = restarts === 1 ? '' : ` (${restarts} times so far)`
  return `Probe thread lost, replaced ${age(agoMs)} ago${times}: ${clean(restartReason)}`
}

/** `12s ago, retry in 4s: connection refused`. */
export const lostText = (feed: Feed & { kind: 'lost' }, nowMs: number): string =>
  `${age(nowMs - feed.sinceMs)} ago${retryText(feed, nowMs)}: ${clean(feed.reason)}`

export const retryText = ({ retryAtMs }: Feed & { kind: 'lost' }, nowMs: number): string => {
  if (retryAtMs === undefined) return ''
  const seconds = Math.ceil((retryAtMs - nowMs) / 1000)
  return seconds > 0 ? `, retry in ${seconds}s` : ', trying again'
}
