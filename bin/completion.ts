import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { commandOf, commandWord } from './arguments.ts'

const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]
export const isShell = (word: string | undefined): word is Shell =>
  shells.some(shell => shell === word)

const withoutDescriptions = '--no-descriptions'

/** Prints the script of a shell, by the library, with what it misses. */
export function printScript(
  root: Command,
  shell: Shell,
  flags: { readonly descriptions: boolean },
): void {
  const name = root.name()
  const script = said(() => library(root).setup(name, name, shell))
  const asking = flags.descriptions
    ? script
    : script.replaceAll(request, `$& ${withoutDescriptions}`)
  process.stdout.write(shell === 'bash' ? inBash(asking) : asking)
}

/** How the scripts ask: `complete -- WORD…`. */
const request = /complete(?= '?--'? )/g

/** Answers what a script asks: a candidate a line, then what the shell shall do with them. */
export function answer(root: Command, words: readonly string[]): void {
  const start = words.indexOf('--')
  const asked = byName(root, words.slice(start + 1))
  const flag = /^(--[^=]+)=/.exec(asked.at(-1) ?? '')?.[1] ?? asked.at(-2) ?? ''
  const lines = said(() => library(root).parse([...asked]))
    .trimEnd()
    .split('\n')
    .slice(0, -1)
  const silent = words.slice(0, start).includes(withoutDescriptions)
  const candidates = silent ? lines.map(line => line.replace(/\t.*/, '')) : lines
  process.stdout.write(
    [...candidates, `:${directiveFor(candidates, fileFlags(root).has(flag))}\n`].join('\n'),
  )
}

/** The library knows no aliases. */
function byName(root: Command, words: readonly string[]): readonly string[] {
  const word = commandWord(root, words.slice(0, -1))
  const name = commandOf(root, word)?.name()
  return name === undefined ? words : words.map(each => (each === word ? name : each))
}

const directives = { files: 0, noSpace: 2, noFiles: 4 } as const

function directiveFor(candidates: readonly string[], isFile: boolean): number {
  if (isFile) return directives.files
  const isOpen = candidates.length > 0 && candidates.every(each => /^[^\t]*=/.test(each))
  return directives.noFiles + (isOpen ? directives.noSpace : 0)
}

const fileFlags = (root: Command): ReadonlySet<string> =>
  new Set(
    [root, ...root.commands]
      .flatMap(command => command.options)
      .filter(({ flags }) => /<(FILE|PATH)>/.test(flags))
      .flatMap(({ short, long }) => [short, long].filter(flag => flag !== undefined)),
  )

function library(root: Command) {
  const tree = tab(root, { completionCommandName: 'completion' })
  for (const command of tree.commands.values()) {
    const { description, alias } = command.options.get('output') ?? {}
    if (description !== undefined) command.option('output', description, offerFormats, alias)
  }
  const completion = tree.commands.get('completion')
  completion?.option(withoutDescriptions.slice(2), 'without what each word means')
  return tree
}

const offerFormats = (offer: (value: string, description: string) => void): void => {
  for (const format of ['json', 'yaml', 'jsonpath=']) offer(format, '')
}

/** The library prints what it has to say: caught on its way to stdout. */
function said(speak: () => void): string {
  const { write } = process.stdout
  let text = ''
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += chunk
    return true
  }
  try {
    speak()
  } finally {
    process.stdout.write = write
  }
  return text
}

/** Its bash script cannot be read twice, needs the package bash-completion, and loses what follows a `=`. */
const inBash = (script: string): string =>
  script
    .replaceAll(/^readonly /gm, '')
    .replace(/^ *_get_comp_words_by_ref .*$/m, () => bashWords)
    .replace(/^ *COMPREPLY=.*completions.*$/m, () => bashReply)
    .replace(/^complete -F/m, 'complete -o default -F')

const bashWords = `    if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref -n "=:" cur prev words cword
    else
        local typed=\${COMP_LINE:0:COMP_POINT}
        read -ra words <<<"$typed"
        [[ "$typed" == *[[:space:]] ]] && words+=("")
        cword=$((\${#words[@]} - 1))
        cur=\${words[cword]}
    fi`

const bashReply = `    local value=\${cur#-*=}
    COMPREPLY=( $(compgen -W "\${completions[*]}" -- "$value") )
    # Bash itself replaces only what follows the last sign at which it breaks words.
    if [[ "$value" == *=* && "$COMP_WORDBREAKS" == *=* ]]; then
        COMPREPLY=( "\${COMPREPLY[@]#"\${value%=*}="}" )
    fi`
