import { UserError } from '../../errors.ts'

export interface KubernetesTarget {
  /** The kubeconfig's current one when left out. */
  readonly context: string | undefined
  /** Where Cilium is looked for when left out: kube-system, then cilium. */
  readonly namespace: string | undefined
  /** A pod's name, or its node's; all agents when left out. */
  readonly pod: string | undefined
}

const hint =
  'Such as k8s:// or k8s://prod/kube-system/cilium-x7v2p: context, namespace and pod may be left out; a slash in a name is written %2F'

/** Reads `k8s://[CONTEXT]/[NAMESPACE]/[POD]`. Throws a UserError. */
export function readKubernetesTarget(uri: string): KubernetesTarget {
  const [, rest] = /^k8s:\/\/(.*)$/s.exec(uri) ?? []
  const parts = rest?.replace(/\/+$/, '').split('/').map(decoded)
  if (!parts || parts.length > 3 || parts.includes(undefined)) {
    throw new UserError(`invalid host format '${uri}'`, hint)
  }
  const [context, namespace, pod] = parts.map(part => (part === '' ? undefined : part))
  for (const name of [namespace, pod]) {
    if (name !== undefined && !/^[a-z0-9][a-z0-9.-]{0,252}$/.test(name)) {
      throw new UserError(`'${name}' is no name of Kubernetes in '${uri}'`, hint)
    }
  }
  return { context, namespace, pod }
}

export const uriOf = ({ context = '', namespace = '', pod = '' }: Partial<KubernetesTarget>) =>
  `k8s://${contextWord(context)}/${namespace}/${pod}`

/** A context's name as it stands in a URI: what need not be escaped is left readable. */
export const contextWord = (context: string): string =>
  encodeURIComponent(context).replaceAll('%3A', ':').replaceAll('%40', '@')

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
