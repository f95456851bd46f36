/** JSON as Go's encoder writes it to a socket: with a newline at the end. */
export const goJson = (value: unknown): string => `${JSON.stringify(value)}\n`

/** JSON as Go's Marshal writes it: fit for HTML. */
export const goMarshal = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
