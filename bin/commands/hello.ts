import { type ClientFlags, clientOf, printSafely } from '../client.ts'

/**
 * Whether the daemon answers. Cilium since 1.6 has no `/hello` on this socket: there, as its own
 * `ping` does, its health is asked for.
 */
export async function hello(flags: ClientFlags): Promise<void> {
  const client = await clientOf(flags)
  await client.getHello().catch(() => client.ping())
  await printSafely('OK\n')
}
