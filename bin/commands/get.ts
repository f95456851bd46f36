import { formatHealth } from '../../src/ui/text/agent-status.ts'
import { type ClientFlags, clientOf, printSafely } from '../client.ts'
import { type OutputFlags, printOutput } from '../print-output.ts'

/** The daemon's own health, and its agent's. */
export async function get(flags: ClientFlags & OutputFlags): Promise<void> {
  const { text, response } = await (await clientOf(flags)).getHealthz()
  if (flags.output) return printOutput(text, flags.output, 'health')
  await printSafely(formatHealth(response, { nowMs: Date.now() }))
}
