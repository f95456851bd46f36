import { goErrorText } from '../model/go-error.ts'
import type { Route, Trouble } from './dial/index.ts'
import { plainText } from './plain-text.ts'

/** Why a call failed: what the way itself knows of it, else what Go would say of the error. */
export const troubleOf = async (error: unknown, route: Route): Promise<Trouble> =>
  (await route.explain(error)) ?? { text: plainText(goErrorText(error, route.address), 400) }
