/** Short flags with a value that Cilium's own client knows, and flags without. */
const short = /^-([oHci])=(.*)$/s
const switches: readonly string[] = [
  ...['--verbose', '--succinct', '--probe', '--debug', '--daemon', '--passive'],
  ...['-D', '-d', '-p'],
]
const yes: readonly string[] = ['1', 't', 'T', 'true', 'TRUE', 'True']
const no: readonly string[] = ['0', 'f', 'F', 'false', 'FALSE', 'False']

/** Go's way to write flags in ours: `-o=json` is `-o json`, `--probe=true` is `--probe`. */
export function fromGo(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  const flags = end < 0 ? words : words.slice(0, end)
  return [...flags.flatMap(rewritten), ...words.slice(flags.length)]
}

function rewritten(word: string): readonly string[] {
  const [, letter, value = ''] = short.exec(word) ?? []
  if (letter) return [`-${letter}`, value]
  const [name = '', choice] = word.split(/=(.*)/s)
  if (choice === undefined || !switches.includes(name)) return [word]
  if (yes.includes(choice)) return [name]
  return no.includes(choice) ? [] : [word]
}
