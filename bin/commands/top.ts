import { systemClock } from '../../src/core/clock.ts'
import { unlessAborted } from '../../src/core/daemon/unless-aborted.ts'
import { UserError } from '../../src/core/errors.ts'
import { createEventLog, type EventLog, eventsReport } from '../../src/core/model/events.ts'
import type { NodeName } from '../../src/core/model/node.ts'
import { type Rule, rulesMet } from '../../src/core/model/rules.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import type { HealthSource } from '../../src/core/model/source.ts'
import { toReport } from '../../src/ui/text/report.ts'
import type { Pace } from '../assemble.ts'
import { endOnSignals, exitCodes, ignoreUserSignals, print, rareSignals } from '../exit.ts'
import { rulesOf } from '../fail-on.ts'
import { filterOf } from '../filter.ts'
import { removeLeftTunnels } from '../leftovers.ts'
import { isScreen, lookOf } from '../look.ts'
import { nodesAskedFor } from '../open-nodes.ts'
import { openSource, type SourceFlags } from '../open-source.ts'
import type { ScreenFlags, ShownSource } from '../screen.ts'
import { intervalNotice, ownProbing } from '../settings.ts'
import { tableOf } from '../table-flags.ts'
import { version } from '../version.ts'

export interface TopFlags extends SourceFlags, ScreenFlags {
  readonly json?: boolean
  readonly watch?: boolean
  readonly failOn?: string
  /** The flags on the command line, such as `--interval`. */
  readonly given: readonly string[]
}

type Sources = readonly [ShownSource, ...ShownSource[]]

/** `--host` may be given several times. */
export interface TopHosts {
  readonly host?: string | readonly string[] | undefined
}

/** What a document or a plain table is made of. */
interface Output {
  readonly source: HealthSource
  /** The daemon whose nodes are probed from here. */
  readonly daemon: HealthSource | undefined
  readonly rules: readonly Rule[]
  readonly end: AbortSignal
  readonly shown: (snapshot: Snapshot) => Snapshot
}

/** The live screen; one JSON document or a line a change with `--json`; one plain table elsewhere. */
export async function top(asked: Omit<TopFlags, 'host'> & TopHosts): Promise<void> {
  const hosts = [...new Set([asked.host ?? []].flat())]
  const flags: TopFlags = { ...asked, host: hosts[0] }
  const rules = rulesOf(flags.failOn, '--fail-on')
  mustBeOfUse(flags)
  const notice = intervalNotice(flags)
  if (notice) process.stderr.write(`${notice}\n`)
  const screen = !flags.json && isScreen()
  const end = endOnSignals(screen ? rareSignals : [])
  if (screen) return onScreen(flags, hosts, end)
  if (hosts.length > 1) {
    throw new UserError(
      'Several sources are shown on a screen only',
      'For one document of them all: cilium-health mesh --json -H URI -H URI',
    )
  }
  const shown = await filterOf(flags)
  const render = flags.json ? asJson : await asPlain(flags)
  const watching = flags.json && flags.watch
  const sources = await openOne(flags, watching ? 'top' : 'once')
  const output = { source: sources[0].source, daemon: sources[1]?.source, rules, end, shown }
  try {
    if (watching) await watch(output)
    else await once(output, render)
  } finally {
    await closeAll(sources)
  }
}

/** Throws a UserError for a flag that would do nothing. */
function mustBeOfUse({ given, json }: TopFlags): void {
  if (given.includes('--watch') && !json) {
    throw new UserError('--watch needs --json', 'Without it the screen is live by itself.')
  }
  if (given.includes('--fail-on') && !json && isScreen()) {
    throw new UserError(
      '--fail-on judges a document or a plain table, not a screen',
      'Add --json, or --json --watch to wait for a rule to be met.',
    )
  }
}

/** The same for what only who probes by itself minds. */
function mustNotProbe({ given, probeFromHere }: TopFlags, label: string): void {
  const vain = given.filter(flag => ownProbing.includes(flag))
  if (probeFromHere || vain.length === 0) return
  throw new UserError(
    `${vain.join(', ')}: ${label} probes by its own settings`,
    'Leave it out, or probe its nodes yourself: --probe-from-here.',
  )
}

const closeAll = async (sources: Sources) => {
  for (const { source } of sources) await source.close()
}

/** The screen loads while its source opens. */
async function onScreen(
  flags: TopFlags,
  hosts: readonly string[],
  end: AbortSignal,
): Promise<void> {
  ignoreUserSignals()
  const { loadScreen, showScreen, startOf } = await import('../screen.ts')
  const screen = loadScreen()
  void removeLeftTunnels()
  const start = await startOf(flags)
  const sources = await openShown(flags, hosts)
  try {
    await showScreen(screen, sources, flags, start, end)
  } finally {
    await closeAll(sources)
  }
}

/** One source; with `--probe-from-here` our own probes of its nodes, and it beside them. */
async function openOne(flags: TopFlags, pace: Pace): Promise<Sources> {
  const source = await openSource(flags, pace)
  const { kind, label } = source.snapshot().origin
  try {
    if (kind === 'daemon') mustNotProbe(flags, label)
    if (!flags.probeFromHere) return [{ label, source }]
    if (kind !== 'daemon') throw new UserError('--probe-from-here needs a daemon: -H URI')
    const { probeFromHere } = await import('../probe-from-here.ts')
    const here = await probeFromHere(source, flags, pace)
    return [
      { label: 'from here', name: 'from-here' as NodeName, source: here },
      { label, source },
    ]
  } catch (error) {
    await source.close()
    throw error
  }
}

/** One source as all flags say; several hosts, a `NAME=URI` or a cluster as `mesh` opens them. */
async function openShown(flags: TopFlags, hosts: readonly string[]): Promise<Sources> {
  const [host = ''] = hosts
  const isOne = flags.probeFromHere || !(host.includes('=') || host.startsWith('k8s:'))
  if (hosts.length < 2 && isOne) return openOne(flags, 'top')
  if (flags.probeFromHere) throw new UserError('--probe-from-here takes one daemon')
  nodesAskedFor(flags, ['--host'])
  mustNotProbe(flags, 'each of the daemons')
  const { openSources } = await import('../open-sources.ts')
  const open = openSources(flags, historyFor(hosts.length, flags.history))
  const [first, ...others] = await open(hosts)
  if (first === undefined) throw new UserError(`There is nobody to ask at ${host}`)
  return [first, ...others]
}

/** Each source keeps a history of every node: few keep it whole, many little of it. */
const historyFor = (sources: number, length: number): number =>
  Math.max(1, Math.floor(length / Math.ceil(sources / 10)))

interface Beside {
  readonly log: EventLog
  readonly daemon: Snapshot | undefined
}

const asJson = (snapshot: Snapshot, { log, daemon }: Beside) =>
  `${JSON.stringify(toReport(snapshot, { version, events: eventsReport(log), daemon }), null, 2)}\n`

async function asPlain(flags: TopFlags) {
  const { renderPlain } = await import('../../src/ui/top/plain.ts')
  const { columns, sort } = await tableOf(flags)
  const options = { ...lookOf(flags), columns, sort, width: process.stdout.columns || 160 }
  return (snapshot: Snapshot) => renderPlain(snapshot, { ...options, nowMs: snapshot.takenAtMs })
}

async function once(
  { source, daemon, rules, end, shown }: Output,
  render: (snapshot: Snapshot, beside: Beside) => string,
): Promise<void> {
  const log = createEventLog()
  await source.probe({ signal: end }).catch(unlessAborted(end))
  if (end.aborted) return
  log.observe(source.snapshot())
  const snapshot = shown(source.snapshot())
  await print(render(snapshot, { log, daemon: daemon && shown(daemon.snapshot()) }))
  judge(rules, snapshot)
  if (snapshot.feed.kind === 'lost') throw new UserError(snapshot.feed.reason)
}

/**
 * A line a change, one a second at most, with the events so far; the first after a full round. Ends
 * with the first rule met.
 */
async function watch({ source, daemon, rules, end, shown }: Output): Promise<void> {
  const log = createEventLog()
  await source.probe({ signal: end }).catch(unlessAborted(end))
  let last: Snapshot | undefined
  while (!end.aborted) {
    const snapshot = source.snapshot()
    log.observe(snapshot)
    const report = toReport(shown(snapshot), {
      version,
      events: eventsReport(log),
      daemon: daemon && shown(daemon.snapshot()),
    })
    if (snapshot !== last) await print(`${JSON.stringify(report)}\n`)
    if (judge(rules, shown(snapshot))) return
    last = snapshot
    await systemClock.sleep(1000, end).catch(unlessAborted(end))
  }
}

function judge(rules: readonly Rule[], snapshot: Snapshot): boolean {
  const met = rulesMet(rules, snapshot)
  for (const rule of met) process.stderr.write(`rule met: ${rule}\n`)
  if (met.length > 0) process.exitCode = exitCodes.ruleMet
  return met.length > 0
}
