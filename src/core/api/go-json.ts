/** JSON as Go's encoder writes it to a socket: with a newline at the end. */
export const goJson = (value: unknown): string => `${goText(value)}\n`

/** The same, without the newline. */
export const goText = (value: unknown): string => escaped(value, /[\u2028\u2029]/g)

/** JSON as Go's Marshal writes it: fit for HTML. */
export const goMarshal = (value: unknown): string => escaped(value, /[<>&\u2028\u2029]/g)

const escaped = (value: unknown, signs: RegExp): string =>
  JSON.stringify(value).replace(
    signs,
    sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
