import { Command, CommanderError, Option } from 'commander'
import { UserError } from '../src/core/errors.ts'
import { commandOf, commandWord, innermost, inOrder } from './arguments.ts'
import type { TopFlags, TopHosts } from './commands/top.ts'
import { doctorFlags } from './doctor-flags.ts'
import { fail, watchStdout } from './exit.ts'
import { clientFlags, daemonFlags, hostFlag, lookFlags, outputFlag } from './flags.ts'
import { kubernetesFlags } from './kubernetes-flags.ts'
import { launchFlags } from './launch-flags.ts'
import { type MeshFlags, meshFlags } from './mesh-flags.ts'
import { nodeLabelsFlag } from './node-labels.ts'
import { each, joined } from './options.ts'
import { probeFlags } from './settings.ts'
import { withStored } from './stored.ts'
import { refuseCommand } from './unknown-command.ts'
import { version } from './version.ts'

/** Reads the command line and runs what it asks for. Each command is loaded only when it is run. */
export async function main(argv: readonly string[]): Promise<void> {
  watchStdout()
  try {
    const words = argv.slice(2)
    const root = program()
    const name = commandWord(root, words)
    if (name === 'complete') return await answerShell(root, words)
    completion(root)
    if (name !== undefined && !commandOf(root, name)) refuseCommand(root, name)
    await root.parseAsync(inOrder(root, words), { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode
    else fail(error)
  }
}

/** The command line, with all commands. */
export function program(): Command {
  const root = new Command('cilium-health')
    .description('Node-to-node health of a Cilium cluster')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: complain })
    .showHelpAfterError()
    .showSuggestionAfterError(false)
    .allowExcessArguments()
    .helpCommand(false)
    .version(version, '-v, --version', 'print the version')
    .action((_, command: Command) => runRoot(command))
  daemonFlags(hostFlag(root))
  for (const add of Object.values(commands)) add(root)
  return root
}

async function runRoot(root: Command): Promise<void> {
  if (!root.opts().daemon) return root.outputHelp()
  const { daemon } = await import('./commands/daemon.ts')
  await withStored(root)
  await daemon(root.opts())
}

/** Of a command that nobody knows the usage of all is told, which is no mistake of Cilium's client's. */
function helpOf(root: Command, path: readonly string[]): void {
  const found = innermost(root, path)
  const isUnknown = path.length > 0 && found === root
  const topics = path.map(word => `\`${word}\``).join(' ')
  if (isUnknown) process.stderr.write(`Unknown help topic [${topics}]\n`)
  found.outputHelp({ error: isUnknown })
}

/** A mistake goes to stderr with the usage, and alone to stdout, as Cilium's own client does it. */
function complain(text: string): void {
  const message = text.trim().replace(/^error: /, '')
  process.stderr.write(`Error: ${message}\n`)
  process.stdout.write(`${message}\n`)
}

/** What a shell asks at each press of the tab key. */
async function answerShell(root: Command, words: readonly string[]): Promise<void> {
  const { answer } = await import('./completion.ts')
  answer(root, words)
}

/** Apart from the others: the library that answers the shell brings its own. */
const completion = (root: Command): Command =>
  root
    .command('completion')
    .argument('[shell]', 'bash, zsh, fish or powershell')
    .option('--no-descriptions', 'without what each word means')
    .description('a script for bash, zsh, fish or powershell')
    .action(async (shell: string | undefined, flags, command: Command) => {
      const { isShell, printScript } = await import('./completion.ts')
      if (!isShell(shell)) return command.outputHelp()
      printScript(program(), shell, flags)
    })

/** `-d` is a daemon's; with a client's command it is refused in the words of 1.5. */
const asClient = <Flags extends object>(root: Command, flags: Flags): Flags => {
  if (root.opts().daemon) throw new UserError('Invalid combination of arguments')
  return flags
}

/** The long names of the flags on the command line: what is stored, or by default, is none. */
const given = (command: Command): readonly string[] =>
  command.options.flatMap(option =>
    command.getOptionValueSource(option.attributeName()) === 'cli' ? [option.long ?? ''] : [],
  )

/** `top` shows several at once. */
const severalHosts = (command: Command): Command => {
  command.options.find(({ long }) => long === '--host')?.argParser(each)
  return command
}

const noSuchCommand = (word: string) =>
  new UserError(
    `there is no "config ${word}"`,
    'There are: config, config set NAME VALUE..., config unset NAME.',
  )

const commands = {
  top: root =>
    kubernetesFlags(
      lookFlags(nodeLabelsFlag(probeFlags(severalHosts(hostFlag(root.command('top')))))),
    )
      .description('a live table of every node (the main view)')
      .option('--probe-from-here', 'with --host: probe its nodes ourselves, and show both')
      .option('--json', 'one full round as one JSON document')
      .option('--watch', 'with --json: a line a change, until interrupted')
      .addOption(
        new Option(
          '--fail-on <RULES>',
          'exit with 2 if one is met: unreachable>0,p99>5ms,loss>1%,stale>0 (repeatable)',
        ).argParser(joined),
      )
      .action(async (_, command: Command) => {
        await withStored(command)
        const { host, ...flags } = command.opts<Omit<TopFlags, 'host'> & TopHosts>()
        const { top } = await import('./commands/top.ts')
        const rest = asClient(root, flags)
        await top({
          ...rest,
          ...(host === undefined ? {} : { host }),
          given: given(command),
        })
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
        await status(asClient(root, flags))
      }),
  ping: root =>
    clientFlags(root.command('ping').argument('[nodes...]'))
      .description('probe now, all nodes or these, and print every path')
      .action(async (nodes: readonly string[], flags) => {
        const { ping } = await import('./commands/ping.ts')
        await ping(nodes, asClient(root, flags))
      }),
  get: root =>
    outputFlag(clientFlags(root.command('get').aliases(['inspect', 'show'])))
      .description("the daemon's own health and its agent's")
      .action(async flags => {
        const { get } = await import('./commands/get.ts')
        await get(asClient(root, flags))
      }),
  hello: root =>
    clientFlags(root.command('hello').allowExcessArguments())
      .description('whether the daemon answers')
      .action(async flags => {
        const { hello } = await import('./commands/hello.ts')
        await hello(asClient(root, flags))
      }),
  mesh: root =>
    meshFlags(root.command('mesh'))
      .description('who sees whom: the views of several daemons as one matrix')
      .action(async (flags: MeshFlags) => {
        const { mesh } = await import('./commands/mesh.ts')
        await mesh(flags)
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
    config.action(async (_, { args: [word] }: Command) => {
      if (word !== undefined) throw noSuchCommand(word)
      await (await load()).listSettings()
    })
    config
      .command('set <name> <value...>')
      .description('store one: nodes a=10.0.0.1 b=10.0.0.2, theme mono, keys probe=x')
      .action(async (name, words) => (await load()).setSetting(name, words))
    config
      .command('unset <name>')
      .description('forget one')
      .action(async name => (await load()).unsetSetting(name))
  },
  help: root =>
    root
      .command('help')
      .argument('[command...]')
      .description('help about a command')
      .action((path: readonly string[]) => helpOf(root, path)),
  version: root =>
    root
      .command('version')
      .description('print the version')
      .action(() => {
        process.stdout.write(`${version}\n`)
      }),
} satisfies Record<string, (root: Command) => unknown>
