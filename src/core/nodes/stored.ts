import { UserError } from '../errors.ts'
import type { NodeSource } from '../model/source.ts'
import { countOf, fixedNodes } from './fixed.ts'

/** The nodes that the settings in `file` hold, in the words of `--node`. Undefined where none are. */
export function storedNodes(
  specs: readonly string[] | undefined,
  file: string,
): NodeSource | undefined {
  if (specs === undefined || specs.length === 0) return undefined
  try {
    const label = `${countOf(specs)} of ${file}`
    return { ...fixedNodes(specs), label }
  } catch (error) {
    if (error instanceof UserError)
      throw new UserError(`${file}, "nodes": ${error.message}`, error.hint)
    throw error
  }
}
