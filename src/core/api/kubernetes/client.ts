import { systemClock } from '../../clock.ts'
import { UserError } from '../../errors.ts'
import type { HealthClient } from '../client.ts'
import { decodeStatus, parseGo } from '../go-decode.ts'
import { decodeHealthz } from '../go-decode-health.ts'
import { plainText } from '../plain-text.ts'
import { agentUri, locate, onlyOne } from './locate.ts'
import { runHealth } from './pods.ts'
import { Refusal, toldRefusal } from './refusal.ts'

export interface PodClientOptions {
  readonly timeoutMs?: number
  readonly kubeconfig?: string | undefined
}

/**
 * The client of one agent, for `k8s://CONTEXT/NAMESPACE/POD`: each call runs the agent's own command
 * in its pod. Throws a UserError as the calls do, in words that name what was asked.
 */
export async function createPodClient(
  uri: string,
  { timeoutMs = 30_000, kubeconfig }: PodClientOptions = {},
): Promise<HealthClient> {
  const limit = AbortSignal.timeout(timeoutMs)
  const reach = { clock: systemClock, signal: limit, life: limit, kubeconfig }
  const { cluster, agents } = await locate(uri, reach).catch(error => {
    if (limit.aborted) throw new UserError(`${uri} does not answer within ${timeoutMs / 1000} s`)
    throw error
  })
  const agent = onlyOne(uri, agents, each => agentUri(cluster, each))
  if (agent.trouble !== undefined) throw new UserError(agent.trouble)

  async function call<T>(verb: string, words: readonly string[], decode: (body: unknown) => T) {
    try {
      const { text, value } = parseGo(await runHealth(cluster, agent, words, limit))
      return { text, response: decode(value) }
    } catch (error) {
      if (error instanceof Refusal) throw toldRefusal(error, cluster.context, agent.namespace)
      const why = limit.aborted ? 'no answer in time' : plainText((error as Error).message, 300)
      throw new UserError(`${verb}: pod ${agent.name}: ${why}`)
    }
  }
  const ask = async () => {
    await call('Cannot ping', ['get', '-o', 'json'], decodeHealthz)
  }

  return {
    getStatus: () => call('Cannot get status', ['status', '-o', 'json'], decodeStatus),
    // Cilium's command takes no nodes: all of them are probed.
    putProbe: () =>
      call('Cannot get status/probe', ['status', '--probe', '-o', 'json'], decodeStatus),
    getHealthz: () =>
      call('Cannot get health for local instance', ['get', '-o', 'json'], decodeHealthz),
    ping: ask,
    getHello: ask,
  }
}
