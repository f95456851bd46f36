import { formatStatus } from '../../src/ui/text/status.ts'
import { type ClientFlags, clientOf, printSafely } from '../client.ts'
import { type OutputFlags, printOutput } from '../print-output.ts'

export interface StatusFlags extends ClientFlags, OutputFlags {
  readonly probe?: boolean
  readonly verbose?: boolean
}

/** What the daemon knows, as Cilium's client since 1.17 prints it. */
export async function status(flags: StatusFlags): Promise<void> {
  const client = await clientOf(flags)
  const received = await (flags.probe ? client.putProbe() : client.getStatus())
  if (flags.output) return printOutput(received.text, flags.output, 'status')
  await printSafely(formatStatus(received.response, { verbose: flags.verbose ?? false }))
}
