import { Command, CommanderError, Option } from 'commander'
import { UserError } from '../src/core/errors.ts'
import { fromGo } from './arguments.ts'
import type { ClientFlags } from './client.ts'
import type { TopFlags, TopHosts } from './commands/top.ts'
import { doctorFlags } from './doctor-flags.ts'
import { fail, watchStdout } from './exit.ts'
import { clientFlags, daemonFlags, hostFlag, lookFlags, outputFlag } from './flags.ts'
import { launchFlags } from './launch-flags.ts'
import { type MeshFlags, meshFlags } from './mesh-flags.ts'
import { nodeLabelsFlag } from './node-labels.ts'
import { each } from './options.ts'
import { probeFlags } from './settings.ts'
import { withStored } from './stored.ts'
import { version } from './version.ts'

/** Reads the command line and runs what it asks for. Each command is loaded only when it is run. */
export async function main(argv: readonly string[]): Promise<void> {
  watchStdout()
  try {
    const root = program()
    await addCompletion(root, argv[2])
    await root.parseAsync(fromGo(argv))
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
    .helpCommand('help [command]', 'help about a command')
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
    .replace(/^unknown option '(--[^=']*).*?'/s, 'unknown flag: $1')
    .replace(/^unknown option '-(.)(.*?)'/s, "unknown shorthand flag: '$1' in -$1$2")
    .replace(/^option '-(\w), .*' argument missing$/s, "flag needs an argument: '$1' in -$1")
    .replace(/^option '(--[\w-]+).*' argument missing$/s, 'flag needs an argument: $1')
  process.stderr.write(`Error: ${message}\n`)
  process.stdout.write(`${message}\n`)
}

/** The shells' scripts, and the answers that these ask for, come from a library. */
async function addCompletion(root: Command, command: string | undefined): Promise<void> {
  if (command === 'completion' || command === 'complete') {
    const { default: addTo } = await import('@bomb.sh/tab/commander')
    addTo(root, { completionCommandName: 'completion' })
    // Cilium's client has it; our scripts leave it to the shell.
    const added = root.commands.find(each => each.name() === 'completion')
    added?.addOption(new Option('--no-descriptions').hideHelp())
  } else {
    root.command('completion <shell>').description('a script for bash, zsh, fish or powershell')
  }
}

/** `--host` may stand before the command as well. */
const withHost = <Flags extends ClientFlags>(root: Command, flags: Flags): Flags => {
  const { daemon, host } = root.opts()
  if (daemon) throw new UserError('Invalid combination of arguments')
  return { ...flags, host: flags.host ?? host }
}

/** `top` shows several at once. */
const severalHosts = (command: Command): Command => {
  command.options.find(({ long }) => long === '--host')?.argParser(each)
  return command
}

const commands = {
  top: root =>
    lookFlags(nodeLabelsFlag(probeFlags(severalHosts(hostFlag(root.command('top'))))))
      .description('a live table of every node (the main view)')
      .addOption(new Option('--attach <URI>', 'the same as --host').argParser(each))
      .option('--probe-from-here', 'with --host: probe its nodes ourselves, and show both')
      .option('--json', 'one full round as one JSON document')
      .option('--watch', 'with --json: a line a change, until interrupted')
      .option(
        '--fail-on <RULES>',
        'exit with 2 if one is met: unreachable>0,p99>5ms,loss>1%,stale>0',
      )
      .action(async (_, command: Command) => {
        await withStored(command)
        const {
          attach = [],
          host = [],
          ...flags
        } = command.opts<
          Omit<TopFlags, 'host'> & TopHosts & { readonly attach?: readonly string[] }
        >()
        const hosts = [...[host].flat(), ...attach]
        const { top } = await import('./commands/top.ts')
        const rest = withHost(root, flags)
        await top(hosts.length === 0 ? rest : { ...rest, host: hosts })
      }),
  status: root =>
    outputFlag(clientFlags(root.command('status').alias('connectivity')))
      .description('what the daemon knows of each node')
      .option('--probe', 'probe now, then tell')
      .option('--succinct', 'the table (the default)')
      .option('--verbose', 'every path and probe')
      .option('--filter <FILTER>', 'only the nodes that match')
      .action(async flags => {
        const { status } = await import('./commands/status.ts')
        await status(withHost(root, flags))
      }),
  ping: root =>
    clientFlags(root.command('ping').argument('[nodes...]'))
      .description('probe now, all nodes or these, and print every path')
      .action(async (nodes: readonly string[], flags) => {
        const { ping } = await import('./commands/ping.ts')
        await ping(nodes, withHost(root, flags))
      }),
  get: root =>
    outputFlag(clientFlags(root.command('get').aliases(['inspect', 'show'])))
      .description("the daemon's own health and its agent's")
      .action(async flags => {
        const { get } = await import('./commands/get.ts')
        await get(withHost(root, flags))
      }),
  hello: root =>
    clientFlags(root.command('hello').allowExcessArguments())
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
