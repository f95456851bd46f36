import { type ClientFlags, clientOf, printSafely } from '../client.ts'

/** Whether the daemon answers: what newer Cilium calls `ping`. */
export async function hello(flags: ClientFlags): Promise<void> {
  await clientOf(flags).ping()
  await printSafely('OK\n')
}
