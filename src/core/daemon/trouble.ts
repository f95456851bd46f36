import { UserError } from '../errors.ts'

/** What the UserError says that `ask` throws; undefined if all is well. Any other error is a bug. */
export async function troubleWith(ask: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await ask()
    return undefined
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}
