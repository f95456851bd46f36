import { Command, CommanderError, Option } from 'commander'
import { themeNames } from '../src/ui/top/theme.ts'
import { accessFlags, listenFlags } from './access-flags.ts'
import { apisAllowed } from './api-access.ts'
import type { ClientFlags } from './client.ts'
import type { TopFlags } from './commands/top.ts'
import { doctorFlags } from './doctor-flags.ts'
import { fail, quietBrokenPipe } from './exit.ts'
import { launchFlags } from './launch-flags.ts'
import { type MeshFlags, meshFlags } from './mesh-flags.ts'
import { probeFlags } from './settings.ts'
import { withStored } from './stored.ts'
import { version } from './version.ts'

/** Reads the command line and runs what it asks for. Each command is loaded only when it is run. */
export async function main(argv: readonly string[]): Promise<void> {
  quietBrokenPipe()
  try {
    const root = program()
    await addCompletion(root, argv[2])
    await root.parseAsync(argv)
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
    .configureOutput({ outputError: complain })
    .showHelpAfterError()
    .allowExcessArguments()
    .version(version, '-v, --version', 'print the version')
    .action((_, command: Command) => runRoot(command))
  daemonFlags(hostFlag(root))
  for (const add of Object.values(commands)) add(root)
  return root
}

async function runRoot(root: Command): Promise<void> {
  const [unknown] = root.args
  if (unknown !== undefined) return refuseCommand(unknown)
  if (!root.opts().daemon) return root.outputHelp()
  const { daemon } = await import('./commands/daemon.ts')
  await withStored(root)
  await daemon(root.opts())
}

/** The words, streams and exit code of Cilium's own client. */
function refuseCommand(name: string): never {
  const message = `unknown command ${JSON.stringify(name)} for "cilium-health"`
  process.stderr.write(`Error: ${message}\nRun 'cilium-health --help' for usage.\n`)
  process.stdout.write(`${message}\n`)
  throw new CommanderError(1, 'unknown', message)
}

function complain(text: string): void {
  const message = text
    .trim()
    .replace(/^error: /, '')
    .replace(/^unknown option '(.*?)'/, 'unknown flag: $1')
  process.stderr.write(`Error: ${message}\n`)
  process.stdout.write(`${message}\n`)
}

/** The shells' scripts, and the answers that these ask for, come from a library. */
async function addCompletion(root: Command, command: string | undefined): Promise<void> {
  if (command === 'completion' || command === 'complete') {
    const { default: addTo } = await import('@bomb.sh/tab/commander')
    addTo(root, { completionCommandName: 'completion' })
  } else {
    root.command('completion <shell>').description('a script for bash, zsh, fish or powershell')
  }
}

const hostFlag = (command: Command) =>
  accessFlags(command)
    .option(
      '-H, --host <URI>',
      'the health API: unix:///PATH ($CILIUM_HEALTH_SOCK), tcp://, tcps:// or ssh://HOST; top and mesh: k8s://',
    )
    .option('-D, --debug', 'tell more on stderr')

const outputFlag = (command: Command) =>
  command
    .option('-o, --output <FORMAT>', "json, yaml or jsonpath='{}'")
    // Cilium's client ignores them, too.
    .allowExcessArguments()

const daemonFlags = (command: Command) =>
  listenFlags(probeFlags(command))
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
    .addOption(
      new Option(
        '--enable-cilium-health-api-server-access <APIS>',
        "with -d: the only operations allowed: GetHealthz, GetStatus, PutStatusProbe, Get*, '*'",
      ).argParser(apisAllowed),
    )

const lookFlags = (command: Command) =>
  command
    .option('--columns <COLUMN...>', 'the columns of the screen')
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

/** `--host` may stand before the command as well. */
const withHost = <Flags extends ClientFlags>(root: Command, flags: Flags): Flags => ({
  ...flags,
  host: flags.host ?? root.opts().host,
})

const commands = {
  top: root =>
    lookFlags(probeFlags(hostFlag(root.command('top'))))
      .description('a live table of every node (the main view)')
      .option('--attach <URI>', 'the same as --host')
      .option('--json', 'one full round as one JSON document')
      .option('--watch', 'with --json: a line a change, until interrupted')
      .option(
        '--fail-on <RULES>',
        'exit with 2 if one is met: unreachable>0,p99>5ms,loss>1%,stale>0',
      )
      .action(async (_, command: Command) => {
        await withStored(command)
        const { attach, ...flags } = command.opts<TopFlags & { readonly attach?: string }>()
        const { top } = await import('./commands/top.ts')
        await top(withHost(root, { ...flags, host: flags.host ?? attach }))
      }),
  status: root =>
    outputFlag(hostFlag(root.command('status').alias('connectivity')))
      .description('what the daemon knows of each node')
      .option('--probe', 'probe now, then tell')
      .option('--succinct', 'the table (the default)')
      .option('--verbose', 'every path and probe')
      .action(async flags => {
        const { status } = await import('./commands/status.ts')
        await status(withHost(root, flags))
      }),
  ping: root =>
    hostFlag(root.command('ping').argument('[nodes...]'))
      .description('probe now, all nodes or these, and print every path')
      .action(async (nodes: readonly string[], flags) => {
        const { ping } = await import('./commands/ping.ts')
        await ping(nodes, withHost(root, flags))
      }),
  get: root =>
    outputFlag(hostFlag(root.command('get').aliases(['inspect', 'show'])))
      .description("the daemon's own health and its agent's")
      .action(async flags => {
        const { get } = await import('./commands/get.ts')
        await get(withHost(root, flags))
      }),
  hello: root =>
    hostFlag(root.command('hello').allowExcessArguments())
      .description('whether the daemon answers')
      .action(async flags => {
        const { hello } = await import('./commands/hello.ts')
        await hello(withHost(root, flags))
      }),
  mesh: root =>
    meshFlags(root.command('mesh'))
      .description('who sees whom: the views of several daemons as one matrix')
      .action(async (flags: MeshFlags) => {
        const { mesh } = await import('./commands/mesh.ts')
        const { host } = root.opts()
        await mesh(flags.host || host === undefined ? flags : { ...flags, host: [host] })
      }),
  doctor: root =>
    doctorFlags(root.command('doctor'))
      .description('what can be probed from here, and why not')
      .action(async flags => {
        const { doctor } = await import('./commands/doctor.ts')
        await doctor(flags)
      }),
  launch: root =>
    launchFlags(root.command('launch'))
      .description("the agent's side: run the daemon and the health endpoint, and keep them well")
      .action(async flags => {
        const { launch } = await import('./commands/launch.ts')
        await launch(flags)
      }),
  config: root => {
    const config = root.command('config').description('stored settings: defaults of the flags')
    const load = () => import('./commands/config.ts')
    config.action(async () => (await load()).listSettings())
    config
      .command('set <name> <value...>')
      .description('store one: nodes a=10.0.0.1 b=10.0.0.2, theme mono, keys probe=x')
      .action(async (name, words) => (await load()).setSetting(name, words))
    config
      .command('unset <name>')
      .description('forget one')
      .action(async name => (await load()).unsetSetting(name))
  },
  version: root =>
    root
      .command('version')
      .description('print the version')
      .action(() => {
        process.stdout.write(`${version}\n`)
      }),
} satisfies Record<string, (root: Command) => unknown>
