import { type Command, Option } from 'commander'
import type { AccessFlags } from '../src/core/api/access-files.ts'
import { type GroupBy, groupings } from '../src/core/model/mesh-groups.ts'
import { accessFlags } from './access-flags.ts'
import { type KubernetesFlags, kubernetesFlags } from './kubernetes-flags.ts'
import { type NodeLabelsFlags, nodeLabelsFlag } from './node-labels.ts'
import { durationMs, each, joined } from './options.ts'

/** What `mesh` takes. */
export interface MeshFlags extends AccessFlags, NodeLabelsFlags, KubernetesFlags {
  /** `URI` or `NAME=URI`. */
  readonly host?: readonly string[]
  readonly json?: boolean
  readonly watch?: boolean
  readonly failOn?: string
  readonly groupBy?: GroupBy
  readonly wait: number
  readonly color: 'auto' | 'always' | 'never'
  readonly ascii?: boolean
}

/** Adds the flags of `MeshFlags`. */
export function meshFlags(command: Command): Command {
  return kubernetesFlags(nodeLabelsFlag(accessFlags(command)))
    .addOption(
      new Option(
        '-H, --host <URI>',
        'a daemon to ask (repeatable); NAME=URI where it does not say its node',
      ).argParser(each),
    )
    .option('--json', 'one JSON document')
    .option('--watch', 'again after each change; with --json a line each, until interrupted')
    .addOption(
      new Option(
        '--fail-on <RULES>',
        'exit with 2 if one is met: critical>0,failing>0,asymmetric>0,nodata>10%,rtt>5ms (repeatable)',
      ).argParser(joined),
    )
    .addOption(new Option('--group-by <WHAT>', 'rows and columns of the matrix').choices(groupings))
    .addOption(
      new Option(
        '--wait <DURATION>',
        'how long a daemon may take to tell all it knows, once it is asked',
      )
        .argParser(durationMs)
        .default(10_000, '10s'),
    )
    .addOption(
      new Option('--color <WHEN>', 'colours').choices(['auto', 'always', 'never']).default('auto'),
    )
    .option('--ascii', 'no characters beyond ASCII')
}
