import type { AccessFlags } from '../src/core/api/access-files.ts'
import { createHealthClient, type HealthClient } from '../src/core/api/client.ts'
import { accessOf } from './access-flags.ts'
import { print } from './exit.ts'

export const defaultHealthSocket = '/var/run/cilium/health.sock'
export const defaultAgentSocket = '/var/run/cilium/cilium.sock'

/** The health socket of this machine, or where the environment says it is. */
export const healthSocket = (): string => process.env.CILIUM_HEALTH_SOCK || defaultHealthSocket
export const agentSocket = (): string => process.env.CILIUM_SOCK || defaultAgentSocket

export interface ClientFlags extends AccessFlags {
  readonly host?: string | undefined
}

/** The client of a one-shot command. */
export async function clientOf(flags: ClientFlags): Promise<HealthClient> {
  const host = flags.host || `unix://${healthSocket()}`
  if (host.startsWith('k8s:')) {
    const { createPodClient } = await import('../src/core/api/kubernetes/client.ts')
    return createPodClient(host)
  }
  return createHealthClient({ host, access: await accessOf(host, flags) })
}

/** Prints what a daemon said: on a terminal its control characters are made harmless. */
export async function printSafely(text: string): Promise<void> {
  const { safeFor } = await import('../src/ui/text/safe.ts')
  await print(safeFor({ terminal: process.stdout.isTTY }, text))
}
