import { type Command, InvalidArgumentError, Option } from 'commander'
import { durationMs, each } from './options.ts'
import { type ProbeFlags, probeFlags } from './settings.ts'

/** What `launch` takes: the flags of the daemon that it runs, and those of the endpoint. */
export interface LaunchFlags extends ProbeFlags {
  readonly debug?: boolean
  readonly status?: boolean
  readonly output: 'text' | 'json'
  readonly stateDir: string
  readonly socket?: string
  readonly agent: boolean
  readonly helloInterval: number
  readonly daemonFlag?: readonly string[]
  readonly endpoint: boolean
  readonly endpointIp?: string
  readonly hostIp?: string
  readonly netns: string
  readonly link: string
  readonly endpointInterval: number
}

/** Adds the flags of `LaunchFlags`. */
export function launchFlags(command: Command): Command {
  return probeFlags(command)
    .option('-D, --debug', 'tell more on stderr')
    .option('--status', 'tell how the daemon and the endpoint are that were launched')
    .addOption(
      new Option('-o, --output <FORMAT>', 'with --status')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--state-dir <DIR>', 'for pidfiles and the status', '/var/run/cilium/state')
    .option('--socket <PATH>', 'the health API socket ($CILIUM_HEALTH_SOCK)')
    .option('--no-agent', 'wait for no agent; the same where --node, --nodes or --demo is given')
    .addOption(
      new Option('--hello-interval <DURATION>', 'how often the daemon is asked how it is')
        .argParser(pauseMs)
        .default(5000, '5s'),
    )
    .addOption(
      new Option(
        '--daemon-flag <FLAG>',
        'one more for the daemon: --daemon-flag=--admin=any (repeatable)',
      ).argParser(each),
    )
    .option('--no-endpoint', 'run the daemon alone (needs no root)')
    .option('--endpoint-ip <IPv4[,IPv6]>', 'the addresses of the health endpoint')
    .option(
      '--host-ip <IPv4[,IPv6]>',
      'the addresses of this host that the endpoint routes through',
    )
    .option('--netns <NAME>', "the endpoint's network namespace", 'cilium-health')
    .option('--link <NAME>', "the host's end of the link to it", 'cilium_health')
    .addOption(
      new Option('--endpoint-interval <DURATION>', 'how often the endpoint is asked how it is')
        .argParser(pauseMs)
        .default(30_000, '30s'),
    )
}

function pauseMs(text: string): number {
  const ms = durationMs(text)
  if (ms < 100) throw new InvalidArgumentError('at least 100ms are wanted.')
  return ms
}
