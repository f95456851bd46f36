import { healthResponse } from './health-shapes.ts'
import { fillObject, type TypeOf } from './shape.ts'

export type FilledHealth = NonNullable<TypeOf<typeof healthResponse>>
export type AgentStatus = FilledHealth['cilium']

/** The same for the health of the agent. */
export const readHealth = (response: unknown): FilledHealth => fillObject(healthResponse, response)

/** Until 1.5 the agent lists its addresses; later ones send a sentence about them. */
export const isOldAgent = ({ cilium: { ipam } }: FilledHealth): boolean =>
  ipam !== null && ipam.status === '' && (ipam.ipv4 !== null || ipam.ipv6 !== null)

/**
 * Parses a response's text. Integers that a JS number cannot hold become bigints, digit for digit;
 * throws SyntaxError where the text is no JSON.
 */
export const parseResponse = (text: string): unknown =>
  /\d{16}/.test(text) ? (JSON.parse as ParseWithSource)(text, keepDigits) : JSON.parse(text)

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
type ParseWithSource = (text: string, reviver: Reviver) => unknown

const keepDigits: Reviver = (_key, value, { source = '' }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
    ? BigInt(source)
    : value
