import type { HealthStatusResponse } from '../../src/core/model/cilium.ts'
import { type ClientFlags, clientOf, printSafely } from '../client.ts'
import type { FilterFlags } from '../filter.ts'
import type { OutputFlags } from '../print-output.ts'

export interface StatusFlags extends ClientFlags, OutputFlags, FilterFlags {
  readonly probe?: boolean
  readonly verbose?: boolean
}

/** What the daemon knows, as Cilium's client since 1.17 prints it. The printer loads while it answers. */
export async function status(flags: StatusFlags): Promise<void> {
  const client = await clientOf(flags)
  const asked = flags.probe ? client.putProbe() : client.getStatus()
  const [{ response, text }, print] = await Promise.all([asked, printerOf(flags)])
  await print(response, text)
}

type Printer = (response: HealthStatusResponse, text: string) => Promise<void>

async function printerOf(flags: StatusFlags): Promise<Printer> {
  const { filter, output, verbose = false } = flags
  const shown = filter ? await (await import('../filter.ts')).responseFilterOf(flags) : undefined
  if (output) {
    const { printOutput } = await import('../print-output.ts')
    return (response, text) =>
      printOutput(shown ? JSON.stringify(shown(response)) : text, output, 'status')
  }
  const { formatStatus } = await import('../../src/ui/text/status.ts')
  return response => printSafely(formatStatus(shown?.(response) ?? response, { verbose }))
}
