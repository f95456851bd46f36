import { UserError } from '../../errors.ts'
import { plainText } from '../plain-text.ts'

/** The API server's answer, where it is a refusal. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message === '' ? `the API server answered ${status}` : message)
    this.status = status
  }
}

/** The message of Kubernetes' Status object, fit to be shown; else the text's begin. */
export function statusMessage(text: string): string {
  try {
    const { message } = JSON.parse(text)
    return plainText(message, 400)
  } catch {
    return plainText(text, 200)
  }
}

/** Which right is missing, as `get pods/exec`; undefined for another refusal. */
export function missingRight({ status, message }: Refusal): string | undefined {
  if (status !== 403) return undefined
  const [, verb = 'get', resource = 'pods/exec'] =
    /cannot (\w+) resource "([\w/]+)"/.exec(message) ?? []
  return `${verb} ${resource}`
}

/** What the operator is told of a refusal, with the Role to apply where a right is missing. */
export function toldRefusal(refusal: Refusal, context: string, namespace: string): UserError {
  const where = `namespace ${namespace} of ${context}`
  const right = missingRight(refusal)
  if (right !== undefined) {
    return new UserError(
      `You may not ${right} in ${where}: ${refusal.message}`,
      `Who may, applies this Role and binds it to you:\n${roleFor(namespace)}`,
    )
  }
  if (refusal.status === 401) {
    return new UserError(`The API server of ${context} does not know you: ${refusal.message}`)
  }
  return new UserError(`The API server of ${context} refuses ${where}: ${refusal.message}`)
}

/**
 * The rights that reading takes. `create` since Kubernetes 1.35; `get` is what a WebSocket's
 * upgrade is. To run commands in the agent is nearly root on its node.
 */
export const roleFor = (namespace: string): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: cilium-health-reader
  namespace: ${namespace}
rules:
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list]
- apiGroups: [""]
  resources: [pods/exec]
  verbs: [get, create]
`
