import { Command, CommanderError, Option } from 'commander'
import type { ThemeName } from '../src/ui/top/theme.ts'
import { fail, quietBrokenPipe } from './exit.ts'
import { probeFlags } from './settings.ts'
import { version } from './version.ts'

/** Reads the command line and runs what it asks for. Each command is loaded only when it is run. */
export async function main(argv: readonly string[]): Promise<void> {
  quietBrokenPipe()
  try {
    await program().parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode
    else fail(error)
  }
}

function program(): Command {
  const root = new Command('cilium-health')
    .description('Node-to-node health of a Cilium cluster')
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError()
    .version(version, '-v, --version', 'print the version')
  daemonFlags(hostFlag(root)).action(async (_: unknown, command: Command) => {
    const flags = command.opts()
    if (!flags.daemon) return root.help()
    const { daemon } = await import('./commands/daemon.ts')
    await daemon(command.opts())
  })
  for (const add of commands) add(root)
  return root
}

const hostFlag = (command: Command) =>
  command
    .option(
      '-H, --host <URI>',
      'the health API: unix:///PATH, tcp://HOST:PORT ($CILIUM_HEALTH_SOCK)',
    )
    .option('-D, --debug', 'tell more on stderr')

const daemonFlags = (command: Command) =>
  probeFlags(command)
    .option('-d, --daemon', 'run as a daemon: probe, answer the health API and /hello')
    .option('-p, --passive', 'with -d: only answer /hello')
    .option('--pidfile <FILE>', 'with -d: write the process id there')
    .option('--socket <PATH>', 'with -d: the health API socket ($CILIUM_HEALTH_SOCK)')
    .option('--listen-address <IP...>', 'with -d: answer /hello on these addresses only')
    .addOption(
      new Option('--admin <WHERE>', 'with -d: where the health API is served besides')
        .choices(['unix', 'any'])
        .default('unix'),
    )

const themes: readonly ThemeName[] = [
  'default',
  'light',
  'colorblind',
  'tritan',
  'high-contrast',
  'mono',
]

const commands: readonly ((root: Command) => void)[] = [
  root => {
    const command = root.command('top').description('a live table of every node (the main view)')
    probeFlags(hostFlag(command))
      .option('--attach <URI>', 'the same as --host')
      .option('--json', 'one full round as one JSON document')
      .option('--watch', 'with --json: a line a change, until interrupted')
      .option(
        '--fail-on <RULES>',
        'exit with 2 if a rule is met: unreachable>0,p99>5ms,loss>1%,stale>0',
      )
      .option('--sort <COLUMN>', 'the column to sort by')
      .option('--filter <FILTER>', 'show only the nodes that match')
      .addOption(
        new Option('--theme <NAME>', 'colours of the screen').choices(themes).default('default'),
      )
      .addOption(
        new Option('--color <WHEN>', 'colours')
          .choices(['auto', 'always', 'never'])
          .default('auto'),
      )
      .option('--ascii', 'no characters beyond ASCII')
      .action(async flags => {
        const { top } = await import('./commands/top.ts')
        await top(withHost(root, { ...flags, host: flags.host ?? flags.attach }))
      })
  },
  root =>
    outputFlag(hostFlag(root.command('status').alias('connectivity')))
      .description('what the daemon knows of each node')
      .option('--probe', 'probe now, then tell')
      .option('--succinct', 'the table (the default)')
      .option('--verbose', 'every path and probe')
      .action(async flags => {
        const { status } = await import('./commands/status.ts')
        await status(withHost(root, flags))
      }),
  root =>
    hostFlag(root.command('ping').argument('[nodes...]'))
      .description('probe now, all nodes or these, and print every path')
      .action(async (nodes: readonly string[], flags) => {
        const { ping } = await import('./commands/ping.ts')
        await ping(nodes, withHost(root, flags))
      }),
  root =>
    outputFlag(hostFlag(root.command('get').alias('inspect').alias('show')))
      .description("the daemon's own health and its agent's")
      .action(async flags => {
        const { get } = await import('./commands/get.ts')
        await get(withHost(root, flags))
      }),
  root =>
    hostFlag(root.command('hello'))
      .description('whether the daemon answers')
      .action(async flags => {
        const { hello } = await import('./commands/hello.ts')
        await hello(withHost(root, flags))
      }),
]

const outputFlag = (command: Command) =>
  command.option('-o, --output <FORMAT>', "json, yaml or jsonpath='{}'")

/** `--host` may stand before the command as well. */
const withHost = <Flags extends { readonly host?: string }>(
  root: Command,
  flags: Flags,
): Flags => ({
  ...flags,
  host: flags.host ?? root.opts().host,
})
