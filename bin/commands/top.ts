import { systemClock } from '../../src/core/clock.ts'
import { unlessAborted } from '../../src/core/daemon/unless-aborted.ts'
import { UserError } from '../../src/core/errors.ts'
import { parseRules, type Rule, rulesMet } from '../../src/core/model/rules.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import type { HealthSource } from '../../src/core/model/source.ts'
import { toReport } from '../../src/ui/text/report.ts'
import type { ThemeName } from '../../src/ui/top/theme.ts'
import { endOnSignals, exitCodes, print } from '../exit.ts'
import { openSource, type SourceFlags } from '../open-source.ts'
import { version } from '../version.ts'

export interface TopFlags extends SourceFlags {
  readonly json?: boolean
  readonly watch?: boolean
  readonly failOn?: string
  readonly theme: ThemeName
  readonly color: 'auto' | 'always' | 'never'
  readonly ascii?: boolean
  readonly sort?: string
  readonly filter?: string
}

/** The live screen; one JSON document or a line a change with `--json`; one plain table elsewhere. */
export async function top(flags: TopFlags): Promise<void> {
  const rules = rulesOf(flags.failOn)
  const end = endOnSignals()
  const live = flags.json ? flags.watch : isScreen()
  const source = await openSource(flags, live ? 'top' : 'once')
  try {
    if (flags.json && flags.watch) await watch(source, rules, end)
    else if (flags.json) await once(source, rules, end, asJson)
    else if (isScreen()) await show(source, flags, end)
    else await once(source, rules, end, await asPlain(flags))
  } finally {
    await source.close()
  }
}

const isScreen = () => process.stdout.isTTY && process.env.TERM !== 'dumb'

function rulesOf(text: string | undefined): readonly Rule[] {
  if (text === undefined) return []
  const result = parseRules(text)
  if (result.kind === 'rules') return result.rules
  throw new UserError(
    `--fail-on, position ${result.position + 1}: ${result.message}`,
    `  ${text}\n  ${' '.repeat(result.position)}^`,
  )
}

const asJson = (snapshot: Snapshot) =>
  `${JSON.stringify(toReport(snapshot, { version }), null, 2)}\n`

async function asPlain(flags: TopFlags) {
  const { renderPlain } = await import('../../src/ui/top/show.tsx')
  const width = process.stdout.columns ?? 160
  const look = lookOf(flags)
  return (snapshot: Snapshot) =>
    renderPlain(snapshot, { ...look, width, nowMs: snapshot.takenAtMs })
}

async function once(
  source: HealthSource,
  rules: readonly Rule[],
  end: AbortSignal,
  render: (snapshot: Snapshot) => string,
): Promise<void> {
  await source.probe({ signal: end }).catch(unlessAborted(end))
  if (end.aborted) return
  const snapshot = source.snapshot()
  await print(render(snapshot))
  judge(rules, snapshot)
  if (snapshot.feed.kind === 'lost') throw new UserError(snapshot.feed.reason)
}

/** A line a change, one a second at most; the first after a full round. Ends with the first rule met. */
async function watch(source: HealthSource, rules: readonly Rule[], end: AbortSignal) {
  await source.probe({ signal: end }).catch(unlessAborted(end))
  let last: Snapshot | undefined
  while (!end.aborted) {
    const snapshot = source.snapshot()
    if (snapshot !== last) await print(`${JSON.stringify(toReport(snapshot, { version }))}\n`)
    if (judge(rules, snapshot)) return
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

async function show(source: HealthSource, flags: TopFlags, end: AbortSignal): Promise<void> {
  const { showTop } = await import('../../src/ui/top/show.tsx')
  await showTop({
    source,
    nowMs: Date.now,
    stdin: process.stdin,
    stdout: process.stdout,
    signal: end,
    look: lookOf(flags),
    ...(flags.sort === undefined ? {} : { sort: flags.sort }),
    ...(flags.filter === undefined ? {} : { filter: flags.filter }),
    screenReader: process.env.INK_SCREEN_READER === 'true',
  })
}

/** `--color` goes before NO_COLOR, that before what the terminal can do. */
function lookOf(flags: TopFlags) {
  const asked = { always: true, never: false, auto: undefined }[flags.color]
  const locale = process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || ''
  return {
    theme: flags.theme,
    color: asked ?? (!process.env.NO_COLOR && isScreen()),
    ascii: flags.ascii ?? !/utf-?8/i.test(locale),
  }
}
