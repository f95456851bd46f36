import type { Labels } from '../model/node.ts'
import { plainText } from './plain-text.ts'

const mostLabels = 200
/** Kubernetes' bounds: a prefix of 253 characters and a name of 63; and room for others'. */
const longest = 320

/** Labels from outside, as many and as long as they may be, fit for a terminal. */
export const plainLabels = (value: unknown): Labels =>
  Object.fromEntries(
    Object.entries(Object(value))
      .slice(0, mostLabels)
      .map(([name, text]) => [plainText(name, longest), plainText(text, longest)]),
  )
