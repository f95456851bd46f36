import { actionIds, bindingOf, groups } from './bindings.ts'
import { defaultKeys, keyName } from './keys.ts'

/** The page of the documentation about keys, in Markdown. */
export function keysPage(): string {
  const tables = groups.map(group => {
    const rows = actionIds
      .filter(id => bindingOf(id).group === group)
      .map(
        id =>
          `| ${keysCell(defaultKeys[id])} | ${bindingOf(id).title} | ${bindingOf(id).pages.join(', ')} | \`${id}\` |`,
      )
    return `## ${group}\n\n| Key | What it does | Where | Action |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return `# Keys of \`cilium-health top\`

Written from the table of keys (\`src/ui/top/bindings.ts\`). Each action can have another key: the setting
\`keys\` takes the action's name and the key, such as \`{ "probe": "Ctrl-P" }\`. \`Ctrl-C\` always quits.

Where text is typed (filter, palette, help, file) the keys are those of a shell: \`Left\` \`Right\` \`Home\` \`End\`
\`Ctrl-A\` \`Ctrl-E\` move, \`Ctrl-W\` \`Ctrl-U\` \`Ctrl-K\` delete; a text can be pasted. \`Up\` and \`Down\` go through
earlier filters, or what was found. In the help \`/\` searches, and \`Enter\` runs the action that is chosen.

${tables.join('\n')}`
}

const keysCell = (keys: readonly string[]): string =>
  keys.map(key => `\`${keyName(key)}\``).join(' ')
