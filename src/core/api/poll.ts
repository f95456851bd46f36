import type { Clock } from '../clock.ts'
import type { Store } from '../engine/store.ts'
import type { AgentState } from '../model/snapshot.ts'
import type { Intake, IsNews } from './intake.ts'
import { plainText } from './plain-text.ts'
import { fromWire, type WireReport } from './read-wire.ts'
import type { Heard, Remote } from './remote.ts'

export interface Tools {
  readonly remote: Remote
  readonly store: Store
  readonly intake: Intake
  readonly clock: Clock
}

/** A daemon tells its last results only, each with its time: another time is another result. */
const isOther: IsNews = (atMs, knownMs) => atMs !== knownMs

const callTimeoutMs = 10_000

/** Asks for the status again and again, never twice at a time; ends with an error, or aborted. */
export async function poll(
  tools: Tools,
  onContact: () => void,
  signal: AbortSignal,
): Promise<never> {
  const { remote, store, clock } = tools
  for (;;) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)])
    const heard = await remote.call('GET', '/v1beta/status', limit)
    if (heard.status !== 200) throw new Error(refusal('GET /v1beta/status', heard))
    const report = readStatus(heard.text, clock)
    takeReport(tools, report)
    const healthz = await remote.call('GET', '/v1beta/healthz', limit)
    store.setAgent(agentState(healthz))
    store.setFeed({ kind: 'live' })
    onContact()
    await clock.sleep(pollMs(report.intervalMs), signal)
  }
}

/** Reads the answer of a daemon; throws an Error if it is no JSON object. */
export function readStatus(text: string, clock: Pick<Clock, 'nowMs'>): WireReport {
  const body = parsed(text)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Error('the answer is no JSON object')
  return fromWire(body, clock.nowMs())
}

/** Brings a report into the store; says how many of its results were news. */
export function takeReport({ intake }: Pick<Tools, 'intake'>, report: WireReport): number {
  // Cilium's order changes from answer to answer.
  const nodes = report.list.nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  intake.setNodes({ ...report.list, nodes })
  intake.setIntervalMs(report.intervalMs)
  const findings = report.findings.flatMap(({ path, kind, outcome }) => {
    const slot = intake.slotOf(path)
    return slot === undefined ? [] : [{ slot, kind, outcome }]
  })
  return intake.record(findings, isOther)
}

/** What a refusal says, fit to be shown. */
export function refusal(call: string, { status, text }: Heard): string {
  const words = text.startsWith('"') ? String(parsed(text)) : text
  return plainText(`${call} answered ${status}: ${words}`, 300)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error('the answer is no JSON', { cause: error })
  }
}

/** Often enough to miss no result, for intervals of 2 s and more. */
const pollMs = (intervalMs: number) =>
  intervalMs === 0 ? 5000 : Math.min(5000, Math.max(500, intervalMs / 4))

function agentState(heard: Heard): AgentState {
  if (heard.status === 404 || heard.status === 501) return { kind: 'absent' }
  if (heard.status !== 200) {
    return { kind: 'failing', detail: refusal('GET /v1beta/healthz', heard) }
  }
  const body = parsed(heard.text) as { cilium?: { cilium?: { state?: unknown; msg?: unknown } } }
  const agent = body?.cilium?.cilium
  const detail = plainText(agent?.msg, 300)
  if (typeof agent?.state !== 'string') return { kind: 'absent' }
  return agent.state === 'Ok' ? { kind: 'ok', detail } : { kind: 'failing', detail }
}
