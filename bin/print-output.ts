import type { OutputKind } from '../src/ui/text/output.ts'
import { printSafely } from './client.ts'
import { exitCodes } from './exit.ts'

export interface OutputFlags {
  readonly output?: string
}

/** `-o json|yaml|jsonpath=TEMPLATE`, with Cilium's reactions to what it does not know. */
export async function printOutput(text: string, format: string, of: OutputKind): Promise<void> {
  const [{ formatOutput }, { parseResponse }] = await Promise.all([
    import('../src/ui/text/output.ts'),
    import('../src/ui/text/received.ts'),
  ])
  const output = formatOutput(parseResponse(text), format, of)
  switch (output.kind) {
    case 'text':
      return printSafely(output.text)
    case 'bad-jsonpath':
      process.stderr.write(`${output.message}\n`)
      process.exitCode = exitCodes.failure
      return
    case 'unsupported':
      process.exitCode = exitCodes.failure
      return
    default:
      output satisfies never
  }
}
