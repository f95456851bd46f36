// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR begins with ESC
const sgr = /\x1b\[[\d;:]*m/g

/**
 * How wide a text is, where one look at its characters tells: the text that this screen is made of.
 * Undefined where it takes the Unicode tables to know.
 */
export function fastWidth(text: string): number | undefined {
  const bare = text.includes('\x1b') ? text.replace(sgr, '') : text
  for (let index = 0; index < bare.length; index += 1) {
    if (!isNarrow(bare.charCodeAt(index))) return undefined
  }
  return bare.length
}

// ASCII, Latin without the soft hyphen, and of the symbols those that terminals draw one column wide.
const isNarrow = (unit: number): boolean =>
  (unit >= 0x20 && unit < 0x7f) ||
  (unit >= 0xa0 && unit < 0x300 && unit !== 0xad) ||
  (unit >= 0x2500 && unit <= 0x25fc) ||
  (unit >= 0x2800 && unit <= 0x28ff) ||
  unit === 0x25cf ||
  unit === 0x2026 ||
  unit === 0x2717

interface Found {
  readonly url: string
  readonly format?: string | null | undefined
}

/**
 * For `module.registerHooks`, before Ink is imported: puts `fastWidth` in front of the `string-width`
 * that Ink measures each row with, several times a frame. The real one answers where we cannot; it
 * takes fifty milliseconds to load, and most screens never need it.
 */
export const fastWidthHooks = {
  resolve<Context>(
    specifier: string,
    context: Context,
    next: (specifier: string, context: Context) => Found,
  ) {
    const found = next(specifier, context)
    if (specifier !== 'string-width') return found
    return moduleOf(`import { fastWidth } from ${JSON.stringify(import.meta.url)}
let real
const loaded = () => {
  const url = ${JSON.stringify(found.url)}
  real ??= process.getBuiltinModule('module').createRequire(url)(new URL(url).pathname).default
  return real
}
export default (text, options) =>
  (typeof text === 'string' ? fastWidth(text) : undefined) ?? loaded()(text, options)`)
  },
}

/**
 * For `module.registerHooks`: Ink takes one function from an index of four hundred modules, which
 * would be half of the time until the first frame.
 */
export const oneFunctionHooks = {
  resolve<Context>(
    specifier: string,
    context: Context,
    next: (specifier: string, context: Context) => Found,
  ) {
    if (specifier !== 'es-toolkit/compat') return next(specifier, context)
    const { url } = next('es-toolkit/compat/throttle', context)
    return moduleOf(`export { default as throttle } from ${JSON.stringify(url)}`)
  },
}

const moduleOf = (source: string) => ({
  url: `data:text/javascript,${encodeURIComponent(source)}`,
  format: 'module',
  shortCircuit: true,
})
