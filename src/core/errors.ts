/** The operator's mistake, or a limit of this machine: told in a line, with the way out; no stack. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}
