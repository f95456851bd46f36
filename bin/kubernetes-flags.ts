import type { Command } from 'commander'
import { wholeNumber } from './options.ts'

/** How much is asked of a whole cluster at once. */
export interface KubernetesFlags {
  readonly k8sConcurrency?: number | undefined
  readonly k8sBytesPerSecond?: number | undefined
}

/** Adds the flags of `KubernetesFlags`. */
export const kubernetesFlags = (command: Command): Command =>
  command
    .option(
      '--k8s-concurrency <NUMBER>',
      'with k8s: agents asked at a time (20 unless said)',
      wholeNumber(1, 50),
    )
    .option(
      '--k8s-bytes-per-second <NUMBER>',
      'with k8s: read of all agents together (10000000 unless said)',
      wholeNumber(10_000, 1e9),
    )
