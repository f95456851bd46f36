import { systemClock } from '../../src/core/clock.ts'
import { unlessAborted } from '../../src/core/daemon/unless-aborted.ts'
import { UserError } from '../../src/core/errors.ts'
import { createEventLog, eventsReport } from '../../src/core/model/events.ts'
import { parseRules, type Rule, rulesMet } from '../../src/core/model/rules.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import type { HealthSource } from '../../src/core/model/source.ts'
import { toReport } from '../../src/ui/text/report.ts'
import { endOnSignals, exitCodes, print } from '../exit.ts'
import { filterOf, misplaced } from '../filter.ts'
import { isScreen, lookOf } from '../look.ts'
import { openSource, type SourceFlags } from '../open-source.ts'
import type { ScreenFlags } from '../screen.ts'
import { version } from '../version.ts'

export interface TopFlags extends SourceFlags, ScreenFlags {
  readonly json?: boolean
  readonly watch?: boolean
  readonly failOn?: string
}

/** What a document or a plain table is made of. */
interface Output {
  readonly source: HealthSource
  readonly rules: readonly Rule[]
  readonly end: AbortSignal
  readonly shown: (snapshot: Snapshot) => Snapshot
}

/** The live screen; one JSON document or a line a change with `--json`; one plain table elsewhere. */
export async function top(flags: TopFlags): Promise<void> {
  const rules = rulesOf(flags.failOn)
  const end = endOnSignals()
  if (!flags.json && isScreen()) return onScreen(flags, end)
  const shown = await filterOf(flags)
  const watching = flags.json && flags.watch
  const source = await openSource(flags, watching ? 'top' : 'once')
  const output = { source, rules, end, shown }
  try {
    if (watching) await watch(output)
    else await once(output, flags.json ? asJson : await asPlain(flags))
  } finally {
    await source.close()
  }
}

/** The screen loads while its source opens. */
async function onScreen(flags: TopFlags, end: AbortSignal): Promise<void> {
  const { loadScreen, showScreen } = await import('../screen.ts')
  const screen = loadScreen()
  const source = await openSource(flags, 'top')
  try {
    await showScreen(screen, source, flags, end)
  } finally {
    await source.close()
  }
}

function rulesOf(text: string | undefined): readonly Rule[] {
  if (text === undefined) return []
  const result = parseRules(text)
  if (result.kind === 'error') throw misplaced('--fail-on', text, result)
  return result.rules
}

const asJson = (snapshot: Snapshot) =>
  `${JSON.stringify(toReport(snapshot, { version }), null, 2)}\n`

async function asPlain(flags: TopFlags) {
  const { renderPlain } = await import('../../src/ui/top/plain.ts')
  const width = process.stdout.columns ?? 160
  const look = lookOf(flags)
  return (snapshot: Snapshot) =>
    renderPlain(snapshot, { ...look, width, nowMs: snapshot.takenAtMs })
}

async function once(
  { source, rules, end, shown }: Output,
  render: (snapshot: Snapshot) => string,
): Promise<void> {
  await source.probe({ signal: end }).catch(unlessAborted(end))
  if (end.aborted) return
  const snapshot = shown(source.snapshot())
  await print(render(snapshot))
  judge(rules, snapshot)
  if (snapshot.feed.kind === 'lost') throw new UserError(snapshot.feed.reason)
}

/**
 * A line a change, one a second at most, with the events so far; the first after a full round. Ends
 * with the first rule met.
 */
async function watch({ source, rules, end, shown }: Output): Promise<void> {
  const log = createEventLog()
  await source.probe({ signal: end }).catch(unlessAborted(end))
  let last: Snapshot | undefined
  while (!end.aborted) {
    const snapshot = source.snapshot()
    log.observe(snapshot)
    const report = toReport(shown(snapshot), { version, events: eventsReport(log) })
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
