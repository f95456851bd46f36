import * as v from 'valibot'
import type { AgentState } from '../model/snapshot.ts'
import type { Answer } from './agent-get.ts'
import { parseAnswer } from './agent-nodes.ts'
import { printable } from './text.ts'

const text = v.pipe(
  v.nullish(v.string(), ''),
  v.transform(words => printable(words.slice(0, 300))),
)

const statusResponse = v.object({ cilium: v.object({ state: text, msg: text }) })

/** The agent's state by its answer to GET /healthz. As for `cilium status`, Ok and Disabled are well. */
export function readState(answer: Answer): AgentState {
  if (answer.kind === 'silence') return { kind: 'failing', detail: printable(answer.reason) }
  if (answer.status !== 200) return { kind: 'failing', detail: `status ${answer.status}` }
  const result = v.safeParse(statusResponse, parseAnswer(answer.text))
  if (!result.success) return { kind: 'failing', detail: 'the answer is not understood' }
  const { state, msg } = result.output.cilium
  return {
    kind: state === 'Ok' || state === 'Disabled' ? 'ok' : 'failing',
    detail: msg === '' ? state : msg,
  }
}
