import { type Command, Option } from 'commander'
import { durationMs, each, single, wholeNumber } from './options.ts'

/** What every command that probes takes: whom, how often, how. */
export interface ProbeFlags {
  readonly node?: readonly string[]
  readonly nodes?: string
  readonly demo?: number | true
  readonly cilium?: string
  readonly interval?: number
  readonly minInterval?: number
  readonly timeout?: number
  readonly maxProbesPerSecond: number
  /** Of `/hello`; `usualPort` where none was asked for. */
  readonly port?: number
  readonly icmp: 'auto' | 'datagram' | 'raw' | 'system' | 'off'
  readonly icmpCount: number
  readonly http: 'auto' | 'native' | 'socket' | 'undici' | 'off'
  readonly listGrace: number
  readonly history: number
}

/** Of these flags, those that tell how to probe: a daemon that is asked has its own. */
export const ownProbing: readonly string[] = [
  ...['--interval', '--min-interval', '--timeout', '--max-probes-per-second', '--port', '--icmp'],
  ...['--icmp-count', '--http', '--list-grace'],
]

/** What to say where the interval asked for is not the one there will be. */
export const intervalNotice = ({ interval = Infinity, minInterval = 0 }: ProbeFlags) =>
  interval < minInterval ? '--interval is below --min-interval, which counts' : undefined

export const defaultDemoNodes = 8
/** Cilium's. */
export const usualPort = 4240

/** Adds the flags of `ProbeFlags`. */
export const probeFlags = (command: Command): Command => wayFlags(paceFlags(nodeFlags(command)))

const nodeFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--node <NAME=HOST_IP[,ENDPOINT_IP]>', 'a node to probe (repeatable)').argParser(
        each,
      ),
    )
    .addOption(
      new Option(
        '--nodes <FILE>',
        "nodes to probe, '-' is stdin: JSON or YAML, Cilium's /cluster/nodes or a plain list",
      ).argParser(single),
    )
    .addOption(
      new Option(
        '--demo [N]',
        `N nodes on the loopback interface, some with staged faults (${defaultDemoNodes})`,
      ).argParser(wholeNumber(1, 2000)),
    )
    .option('-c, --cilium <URI>', 'the Cilium agent whose nodes to probe ($CILIUM_SOCK)')
    .addOption(
      new Option(
        '--list-grace <DURATION>',
        'how long probing goes on without a node list (after 3 tries in a row that brought none)',
      )
        .argParser(durationMs)
        .default(900_000, '15m'),
    )

const paceFlags = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '-i, --interval <DURATION>',
        'how often each address is probed: 10s, 500ms; seconds without a unit',
      ).argParser(durationMs),
    )
    .addOption(
      new Option(
        '--min-interval <DURATION>',
        'the shortest interval, of --interval as well; without it 1s where none is asked for',
      ).argParser(durationMs),
    )
    .addOption(
      new Option('--timeout <DURATION>', 'how long a probe may wait for its answer').argParser(
        durationMs,
      ),
    )
    .addOption(
      new Option(
        '--max-probes-per-second <N>',
        'the budget that all probing keeps to (an address is two probes)',
      )
        .argParser(wholeNumber(1, 100_000))
        .default(500),
    )

const wayFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--port <PORT>', `the port of /hello (${usualPort})`).argParser(
        wholeNumber(1, 65_535),
      ),
    )
    .addOption(
      new Option('--icmp <WAY>', 'how to send ICMP')
        .choices(['auto', 'datagram', 'raw', 'system', 'off'])
        .default('auto'),
    )
    .addOption(
      new Option(
        '--icmp-count <N>',
        'packets that an ICMP probe sends at most, until one is answered',
      )
        .argParser(wholeNumber(1, 10))
        .default(3),
    )
    .addOption(
      new Option('--http <WAY>', 'how to ask over HTTP')
        .choices(['auto', 'native', 'socket', 'undici', 'off'])
        .default('auto'),
    )
    .addOption(
      new Option('--history <N>', 'outcomes kept of each probe')
        .argParser(wholeNumber(1, 100_000))
        .default(120),
    )
