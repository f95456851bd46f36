import type { Trouble } from './index.ts'

/** The way to a daemon could not be opened. */
export class RouteError extends Error {
  readonly trouble: Trouble

  constructor(trouble: Trouble) {
    super(trouble.text)
    this.trouble = trouble
  }
}
