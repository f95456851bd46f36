import type { NodeSource } from '../model/source.ts'
import { countOf, fixedNodes } from './fixed.ts'

/** The nodes that the settings in `file` hold, in the words of `--node`. Undefined where none are. */
export function storedNodes(
  specs: readonly string[] | undefined,
  file: string,
): NodeSource | undefined {
  if (specs === undefined || specs.length === 0) return undefined
  return { ...fixedNodes(specs, `${file}, "nodes":`), label: `${countOf(specs)} of ${file}` }
}
