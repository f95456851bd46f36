/**
 * Makes what others wrote harmless for a terminal: control characters become pictures, one for one,
 * so that columns stay aligned. Line ends and tabs stay. Without a terminal nothing changes.
 */
export const safeFor = (out: { readonly terminal: boolean }, text: string): string =>
  out.terminal ? text.replace(harmful, picture) : text

// C0 but for tab and line feed, DEL, C1, and what turns the direction of writing.
const harmful =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

function picture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}
