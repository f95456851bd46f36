import { type Clock, systemClock } from '../clock.ts'
import type { NodeList } from '../model/node.ts'
import type { AgentState } from '../model/snapshot.ts'
import type { NodeSource } from '../model/source.ts'
import { type AgentPlace, authorityOf, get, parsePlace, type Silence } from './agent-get.ts'
import {
  type Change,
  type Fault,
  follow,
  parseAnswer,
  readChange,
  shapes,
  strangerId,
  type Told,
} from './agent-nodes.ts'
import { readState } from './agent-state.ts'
import { isObject } from './shapes.ts'

export interface AgentOptions {
  /** `unix:///var/run/cilium/cilium.sock` */
  readonly uri: string
  readonly pollMs?: number
  readonly timeoutMs?: number
  /** Why the list may be old or incomplete; undefined once it is neither. */
  readonly onProblem?: (reason: string | undefined) => void
  readonly onState?: (state: AgentState) => void
  readonly clock?: Pick<Clock, 'sleep'>
  readonly random?: () => number
}

export interface AgentSource extends NodeSource {
  agentState(): AgentState
  /** The agent's own status, as it tells it; or why it does not. */
  healthz(): Promise<AgentHealth>
}

export type AgentHealth =
  | { readonly kind: 'status'; readonly status: Readonly<Record<string, unknown>> }
  /** `text` is what it said instead, if anything. */
  | { readonly kind: 'silence'; readonly reason: string; readonly text?: string }

/** The nodes that a Cilium agent knows, of 1.5 or newer. While it is away the last list stays. */
export function openAgent(options: AgentOptions): AgentSource {
  const { uri, pollMs = 10_000, timeoutMs = 10_000, clock = systemClock } = options
  const { random = Math.random } = options
  const place = parsePlace(uri)
  const closing = new AbortController()
  let state: AgentState = { kind: 'absent' }
  let problem: string | undefined

  const ask = (path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) =>
    get(place, path, { headers, timeoutMs, signal })

  const tellState = (next: AgentState) => {
    if (next.kind === state.kind && detailOf(next) === detailOf(state)) return
    state = next
    options.onState?.(next)
  }
  const tellProblem = (next: string | undefined) => {
    if (next === problem) return
    problem = next
    options.onProblem?.(next)
  }

  /** What the agent newly tells, or why it tells nothing. */
  const askNodes = async (clientId: string, signal: AbortSignal): Promise<Change | string> => {
    let shape: keyof typeof shapes = 'clusterNodes'
    let answer = await ask('/v1/cluster/nodes', { 'client-id': clientId }, signal)
    if (answer.kind === 'answer' && answer.status === 404) {
      shape = 'agentHealth'
      answer = await ask('/v1/healthz', {}, signal)
    }
    if (answer.kind === 'silence') return answer.reason
    if (answer.status !== 200) return badStatus(answer.status)
    return readChange(shapes[shape], answer.text)
  }

  const askState = async (signal: AbortSignal) => {
    const next = readState(await ask('/v1/healthz', { brief: 'true' }, signal))
    if (!signal.aborted) tellState(next)
  }

  const turn = async (
    told: Told,
    signal: AbortSignal,
    missed?: (reason: string) => void,
  ): Promise<Told | undefined> => {
    const [change] = await Promise.all([askNodes(told.clientId, signal), askState(signal)])
    if (signal.aborted) return undefined
    if (typeof change === 'string') {
      tellProblem(change)
      missed?.(change)
      return undefined
    }
    const next = follow(told, change)
    tellProblem(inWords(next.faults))
    return next
  }

  const watch: NodeSource['watch'] = async function* (signal, missed) {
    const end = AbortSignal.any([signal, closing.signal])
    let told: Told = { clientId: strangerId, list: { nodes: [] }, faults: [] }
    let shown: NodeList | undefined
    let failures = 0
    while (!end.aborted) {
      const next = await turn(told, end, missed)
      failures = next === undefined ? failures + 1 : 0
      // An answer that is lost takes its changes with it: then ask for the whole list.
      told = next ?? { ...told, clientId: strangerId }
      if (next !== undefined && next.list !== shown) yield next.list
      shown = next?.list
      await clock.sleep(waitMs(pollMs, failures, random()), end).catch(passAbort(end))
    }
  }

  return {
    label: `agent ${uri}`,
    watch,
    agentState: () => state,
    async healthz() {
      const answer = await ask('/v1/healthz', {}, closing.signal)
      if (answer.kind === 'silence') return { kind: 'silence', reason: asGo(place, answer) }
      if (answer.status !== 200) {
        const reason = `[GET /healthz] GetHealthz (status ${answer.status}): {}`
        return { kind: 'silence', reason }
      }
      const status = parseAnswer(answer.text)
      if (isObject(status)) return { kind: 'status', status }
      return { kind: 'silence', reason: 'the answer is no JSON object', text: answer.text }
    },
    close: async () => closing.abort(),
  }
}

/** As Cilium's own client to the agent says it, with its hint where its default socket is named. */
function asGo(place: AgentPlace, { reason, isLate }: Silence): string {
  if (isLate) return 'Cilium API client timeout exceeded'
  const origin = 'host' in place ? `http://${authorityOf(place)}` : 'http://localhost'
  const text = `Get "${origin}/v1/healthz": ${reason}`
  return text.includes(defaultSocket) ? `${text}\nIs the agent running?` : text
}

const defaultSocket = '/var/run/cilium/cilium.sock'

const badStatus = (status: number) => `the agent answers with status ${status}`

const detailOf = (state: AgentState) => (state.kind === 'absent' ? '' : state.detail)

function inWords([first, ...more]: readonly Fault[]): string | undefined {
  if (first === undefined) return undefined
  const others = more.length > 0 ? `, and ${more.length} more` : ''
  return `left out of its list: ${first.text}${others}`
}

/** The poll's interval, a tenth more or less; after a failure a tenth of it, then twice as long each time. */
const waitMs = (pollMs: number, failures: number, chance: number): number => {
  const ms = failures === 0 ? pollMs : Math.min(3 * pollMs, (pollMs / 10) * 2 ** (failures - 1))
  return ms * (0.9 + 0.2 * chance)
}

const passAbort = (end: AbortSignal) => (error: unknown) => {
  if (!end.aborted) throw error
}
