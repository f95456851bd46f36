import {
  healthResponse,
  healthStatusResponse,
  oldHealthResponse,
  oldHealthStatusResponse,
} from './health-shapes.ts'
import { toJson } from './json.ts'
import { evaluateJsonPath } from './jsonpath.ts'
import { isOldAgent, readHealth } from './received.ts'
import { anything, fill, type Shape } from './shape.ts'
import { toYaml } from './yaml.ts'

/** What is printed: a response of Cilium's API as its Go type has it, or any value as it is. */
const shapes = {
  status: healthStatusResponse,
  'status-1.5': oldHealthStatusResponse,
  health: healthResponse,
  any: anything,
} as const satisfies Record<string, Shape>

export type OutputKind = keyof typeof shapes

export type Output =
  | { readonly kind: 'text'; readonly text: string }
  /** No such format: Cilium prints nothing and exits with 1. */
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'bad-jsonpath'; readonly message: string }

/** The text of `-o json`, `-o yaml` or `-o jsonpath=TEMPLATE`, ready for stdout. */
export function formatOutput(received: unknown, spec: string, of: OutputKind): Output {
  const isOld = of === 'health' && isOldAgent(readHealth(received))
  const shape = isOld ? oldHealthResponse : shapes[of]
  const value = fill(shape, received ?? {})
  const template = spec.startsWith(prefix) ? spec.slice(prefix.length) : undefined
  // Cilium prints a line end of its own after what its encoders ended already.
  if (spec === 'json' || template === '') return asText(`${toJson(shape, value, '  ')}\n\n`)
  if (spec === 'yaml') return asText(`${toYaml(shape, value)}\n`)
  if (template === undefined) return { kind: 'unsupported' }
  const result = evaluateJsonPath(template, { shape, value })
  return result.kind === 'text'
    ? asText(`${result.text}\n`)
    : { kind: 'bad-jsonpath', message: `Couldn't parse jsonpath expression: '${result.reason}'` }
}

const prefix = 'jsonpath='
const asText = (text: string): Output => ({ kind: 'text', text })
