import { parseRules, type Rule } from '../src/core/model/rules.ts'
import { misplaced } from './filter.ts'

/** The rules of `--fail-on`; throws a UserError with the place of what cannot be read. */
export function rulesOf(text: string | undefined, flag: string): readonly Rule[] {
  if (text === undefined) return []
  const result = parseRules(text)
  if (result.kind === 'error') throw misplaced(flag, text, result)
  return result.rules
}
