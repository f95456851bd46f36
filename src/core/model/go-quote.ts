const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

/** Bytes (one character each) as Go's %q writes what is between its quotes: plain ASCII. */
export const goEscaped = (bytes: string): string =>
  bytes.replace(
    /["\\]|[^\x20-\x7e]/g,
    byte => escapes[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )

/** What Go's HTTP client finds wrong with the first line of an answer (one character a byte). */
export function malformedText(line: string): string {
  const [, version = '', status] = /^([^ ]*) +(.*)$/s.exec(line) ?? []
  if (status === undefined) return `malformed HTTP response "${goEscaped(line)}"`
  const [code = ''] = status.split(' ', 1)
  if (!/^\d{3}$/.test(code)) return `malformed HTTP status code "${goEscaped(code)}"`
  return `malformed HTTP version "${goEscaped(version)}"`
}
