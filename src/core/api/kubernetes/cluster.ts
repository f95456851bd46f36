import type { RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { UserError } from '../../errors.ts'
import { orAborted } from '../or-aborted.ts'
import { plainText } from '../plain-text.ts'
import { type Execution, exec } from './exec.ts'
import { Refusal, statusMessage } from './refusal.ts'
import { contextWord } from './target.ts'

/** A Kubernetes API server, and the user of a kubeconfig. */
export interface Cluster {
  /** The kubeconfig's context. */
  readonly context: string
  /** The JSON at a path. Rejects with a Refusal, or the system's error. */
  get(path: string, signal: AbortSignal): Promise<unknown>
  /** What a command in a container writes to stdout. Rejects where it fails. */
  exec(execution: Execution, signal: AbortSignal): Promise<string>
}

const requestTimeoutMs = 30_000
const maxBodyBytes = 64 * 1024 * 1024

/**
 * The cluster of a context of the user's kubeconfig, found as kubectl finds it: `file`, else
 * $KUBECONFIG, else ~/.kube/config, else the service account of the pod that we run in.
 * Throws a UserError where there is none.
 */
export async function openCluster(context?: string, file?: string): Promise<Cluster> {
  const config = await loadConfig(file)
  if (context !== undefined) chooseContext(config, context)
  const server = config.getCurrentCluster()?.server.replace(/\/+$/, '')
  if (server === undefined) {
    throw new UserError(
      'The kubeconfig has no current context',
      `Name one: k8s://CONTEXT/. There are: ${contextsOf(config)}`,
    )
  }

  const options = async (signal: AbortSignal): Promise<RequestOptions> => {
    signal.throwIfAborted()
    const made: RequestOptions = {}
    // A credential plugin may wait for an answer that nobody gives.
    await orAborted(config.applyToHTTPSOptions(made), signal)
    return made
  }
  const limited = (signal: AbortSignal) =>
    AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)])

  return {
    context: config.getCurrentContext(),
    async get(path, signal) {
      const limit = limited(signal)
      return getJson(`${server}${path}`, { ...(await options(limit)), signal: limit })
    },
    async exec(execution, signal) {
      const limit = limited(signal)
      return exec(server, execution, await options(limit), limit)
    },
  }
}

async function loadConfig(file: string | undefined): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node').catch(error => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new UserError(
      'k8s:// needs the package @kubernetes/client-node, which is not installed',
      'npm install @kubernetes/client-node ws, where cilium-health is installed',
    )
  })
  const config = new KubeConfig()
  try {
    if (file === undefined) config.loadFromDefault()
    else config.loadFromFile(file)
  } catch (error) {
    throw new UserError(
      `The kubeconfig cannot be read: ${plainText((error as Error).message, 300)}`,
    )
  }
  return config
}

function chooseContext(config: KubeConfig, context: string): void {
  if (!config.getContextObject(context)) {
    throw new UserError(
      `The kubeconfig has no context '${context}'`,
      `There are: ${contextsOf(config)}`,
    )
  }
  config.setCurrentContext(context)
}

const contextsOf = (config: KubeConfig) =>
  config
    .getContexts()
    .map(({ name }) => contextWord(name))
    .join(', ') || 'none'

async function getJson(url: string, options: RequestOptions): Promise<unknown> {
  const { request } = await import(url.startsWith('http:') ? 'node:http' : 'node:https')
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>()
  request(url, { ...options, headers: { ...options.headers, Accept: 'application/json' } })
    .once('response', resolve)
    .once('error', reject)
    .end()
  const response = await promise
  const text = await bodyOf(response)
  if (response.statusCode !== 200) throw new Refusal(response.statusCode ?? 0, statusMessage(text))
  return JSON.parse(text)
}

async function bodyOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw new Error(`the answer is longer than ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
