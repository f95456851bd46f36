import type { Route, Trouble } from './dial/index.ts'
import { goErrorText } from './go-error.ts'

/** Why a call failed: what the way itself knows of it, else what Go would say of the error. */
export const troubleOf = async (error: unknown, route: Route): Promise<Trouble> =>
  (await route.explain(error)) ?? { text: goErrorText(error, route.address) }
