import { type Command, CommanderError } from 'commander'

/** Refuses a command in the words, streams and with the exit code of Cilium's own client. */
export function refuseCommand(root: Command, name: string): never {
  const message = `unknown command ${JSON.stringify(name)} for "cilium-health"`
  const known = root.createHelp().visibleCommands(root)
  const near = known.map(each => each.name()).filter(each => isNear(name.toLowerCase(), each))
  const hint = near.length === 0 ? '' : `\n\nDid you mean this?\n\t${near.join('\n\t')}\n`
  process.stderr.write(`Error: ${message}${hint}\nRun 'cilium-health --help' for usage.\n`)
  process.stdout.write(`${message}${hint}\n`)
  throw new CommanderError(1, 'unknown', message)
}

/** Two letters wrong, or the rest not typed. */
const isNear = (typed: string, name: string): boolean =>
  name.startsWith(typed) || distance(typed, name) <= 2

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [line, sign] of [...a].entries()) {
    const next = [line + 1]
    for (const [at, other] of [...b].entries()) {
      const [left = 0, over = 0, corner = 0] = [next[at], row[at + 1], row[at]]
      next.push(Math.min(left + 1, over + 1, corner + (sign === other ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
