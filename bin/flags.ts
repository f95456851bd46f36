import { type Command, Option } from 'commander'
import { UserError } from '../src/core/errors.ts'
import { themeNames } from '../src/ui/top/theme.ts'
import { accessFlags, listenFlags } from './access-flags.ts'
import { apisAllowed } from './api-access.ts'
import { each, eachAddress } from './options.ts'
import { probeFlags } from './settings.ts'

/** Flags of Cilium 1.5 to 1.17 that change nothing here. */
const ignored = ['--log-driver <DRIVER>', '--log-opt <KEY=VALUE>'] as const

/** Which daemon, and how to reach it. */
export const hostFlag = (command: Command) => {
  for (const flag of ignored) command.addOption(new Option(flag).argParser(each).hideHelp())
  return accessFlags(command)
    .option(
      '-H, --host <URI>',
      'the health API: unix:///PATH ($CILIUM_HEALTH_SOCK), tcp://, tcps://, ssh://HOST or k8s://CONTEXT/NAMESPACE/NODE; --attach is the same',
    )
    .option('-D, --debug', 'tell more on stderr')
}

/** What Cilium 1.5 takes with every command, though only its daemon minds. */
const oldFlags = [
  '-c, --cilium <URI>',
  '-i, --interval <SECONDS>',
  '--admin <WHERE>',
  '--pidfile <FILE>',
]

/** The flags of a command that asks a daemon and ends. */
export const clientFlags = (command: Command) => {
  for (const flag of oldFlags) command.addOption(new Option(flag).hideHelp())
  return hostFlag(command)
}

/** `-o`. */
export const outputFlag = (command: Command) =>
  command
    .option('-o, --output <FORMAT>', "json, yaml or jsonpath='{}'")
    // Cilium's client ignores them, too.
    .allowExcessArguments()

/** `-d` and what goes with it. */
export const daemonFlags = (command: Command) =>
  listenFlags(probeFlags(command))
    .option('-d, --daemon', 'run as a daemon: probe, answer the health API and /hello')
    .option('-p, --passive', 'with -d: only answer /hello')
    .option('--pidfile <FILE>', 'with -d: write the process id there')
    .option('--socket <PATH>', 'with -d: the health API socket ($CILIUM_HEALTH_SOCK)')
    .addOption(
      new Option(
        '--listen-address <IP...>',
        'with -d: answer /hello on these addresses only',
      ).argParser(eachAddress),
    )
    .addOption(
      new Option('--admin <WHERE>', 'with -d: where the health API is served: unix, or any')
        .argParser(adminOf)
        .default('unix'),
    )
    .addOption(
      new Option(
        '--enable-cilium-health-api-server-access <APIS>',
        "with -d: the only operations allowed: GetHealthz, GetStatus, PutStatusProbe, Get*, '*'",
      ).argParser(apisAllowed),
    )

/** Cilium 1.5's words. */
function adminOf(where: string): 'unix' | 'any' {
  if (where === 'unix' || where === 'any') return where
  throw new UserError(`Invalid admin option ${JSON.stringify(where)} (must be one of [any unix])`)
}

/** How the screen and the plain table look. */
export const lookFlags = (command: Command) =>
  command
    .option('--columns <COLUMN...>', 'the columns of the table, in words or between commas')
    .option('--sort <COLUMN>', 'the column to sort by')
    .option('--filter <FILTER>', 'show only the nodes that match')
    .addOption(
      new Option('--theme <NAME>', 'colours of the screen').choices(themeNames).default('default'),
    )
    .addOption(
      new Option('--color <WHEN>', 'colours').choices(['auto', 'always', 'never']).default('auto'),
    )
    .option('--ascii', 'no characters beyond ASCII')
    .option('--no-sync', 'no marks around each frame, for terminals that show them')
