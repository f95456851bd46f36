import type { Command } from 'commander'
import { UserError } from '../src/core/errors.ts'

/** Of no use to a document, which a wrong one must not cost. */
const looks: readonly string[] = ['theme', 'color', 'ascii', 'columns', 'sort']
const sources = ['host', 'cilium', 'node', 'nodes', 'demo'] as const

/**
 * Gives stored settings to the flags that were not given. A stored source is taken only where no
 * flag names one; stored nodes, the last resort, are read where all else is missing.
 */
export async function withStored(command: Command): Promise<void> {
  const { readSettings } = await import('../src/core/config.ts')
  const { file, settings, unreadable } = await readSettings()
  if (unreadable) {
    process.stderr.write(`Warning: the settings in ${file} may not be read: ${unreadable}\n`)
  }
  const { json } = command.opts()
  const { host, cilium, nodes: _, ...others } = settings
  const given = (name: string) => (command.getOptionValueSource(name) ?? 'default') !== 'default'
  command.setOptionValueWithSource('keys', settings.keys, 'config')
  const source = sources.some(given) ? {} : { host, cilium }
  const stored: Readonly<Record<string, unknown>> = { ...others, ...source }
  for (const option of command.options) {
    const name = option.attributeName()
    const value = stored[name]
    if (value === undefined || given(name)) continue
    if (json && looks.includes(name)) continue
    if (option.argChoices?.includes(String(value)) === false) {
      throw new UserError(
        `${file}: there is no ${name} ${JSON.stringify(value)}`,
        `Choose one of ${option.argChoices.join(', ')}.`,
      )
    }
    command.setOptionValueWithSource(name, value, 'config')
  }
}
