import * as v from 'valibot'
import { UserError } from '../errors.ts'
import { parseDocument } from './document.ts'
import { printable, shown } from './text.ts'

/** What a file has to look like, and what is said where it does not. */
export interface Expected<T> {
  /** Chosen by what the file has, so that each shape tells its own faults. */
  readonly shapeOf: (data: unknown) => v.GenericSchema<unknown, T>
  readonly hint: string
}

/** JSON or YAML text as what is expected. Throws a UserError with file, line and column. */
export async function parseAs<T>(
  text: string,
  file: string,
  { shapeOf, hint }: Expected<T>,
): Promise<T> {
  const document = await parseDocument(text, file)
  const found = v.safeParse(shapeOf(document.data), document.data, {
    abortEarly: true,
    message: fault,
  })
  if (found.success) return found.output
  const [issue] = found.issues
  const path = (issue.path ?? []).map(item => item.key as string | number)
  throw new UserError(
    `${await document.locate(path)}: ${printable(issue.message.slice(0, 300))}`,
    hint,
  )
}

const kinds: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  string: 'a text',
  Array: 'a list',
  Object: 'a map',
}

/** What is said where a shape has no words of its own. */
const fault = ({ input, expected }: v.BaseIssue<unknown>): string =>
  `${shown(input)} is not ${kinds[expected ?? ''] ?? 'what belongs here'}`
