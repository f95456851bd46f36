import { systemClock } from '../../src/core/clock.ts'
import { unlessAborted } from '../../src/core/daemon/unless-aborted.ts'
import { createMesh, type MeshKeeper } from '../../src/core/engine/mesh.ts'
import { UserError } from '../../src/core/errors.ts'
import { type MeshRule, meshRulesMet, parseMeshRules } from '../../src/core/model/mesh-rules.ts'
import { type MeshView, viewMesh } from '../../src/core/model/mesh-view.ts'
import { boundGarbage } from '../bound-garbage.ts'
import { healthSocket } from '../client.ts'
import { endOnSignals, exitCodes, print } from '../exit.ts'
import { removeLeftTunnels } from '../leftovers.ts'
import type { MeshFlags } from '../mesh-flags.ts'
import { type OpenSources, openSources } from '../open-sources.ts'
import { type Reader, readSources } from '../read-sources.ts'
import { version } from '../version.ts'

/** Who sees whom: several daemons' views merged, printed once, or after each change. */
export async function mesh(
  flags: MeshFlags,
  open: OpenSources = openSources(flags),
): Promise<void> {
  boundGarbage({ growthPercent: 80 })
  void removeLeftTunnels()
  const rules = rulesOf(flags.failOn)
  const end = endOnSignals()
  const uris = flags.host ?? [`unix://${healthSocket()}`]
  const keeper = createMesh({ clock: systemClock })
  const format = await formatOf(flags)
  const look = () => viewMesh(keeper.mesh(), { groupBy: flags.groupBy })
  const reader = readSources({
    uris,
    open,
    keeper,
    waitMs: flags.wait,
    stay: flags.watch ?? false,
    end,
  })
  try {
    if (flags.watch) await watch({ keeper, reader, look, format, rules, end })
    else {
      await reader.done
      if (!end.aborted) await once(look(), format, rules)
    }
  } finally {
    keeper.close()
    await reader.close()
  }
}

function rulesOf(text: string | undefined): readonly MeshRule[] {
  if (text === undefined) return []
  const result = parseMeshRules(text)
  if (result.kind === 'rules') return result.rules
  throw new UserError(
    `--fail-on, position ${result.position + 1}: ${result.message}`,
    `  ${text}\n  ${' '.repeat(result.position)}^`,
  )
}

type Format = (view: MeshView) => string

async function formatOf(flags: MeshFlags): Promise<Format> {
  if (flags.json) {
    const { toMeshReport } = await import('../../src/ui/text/mesh-report.ts')
    const indent = flags.watch ? 0 : 2
    return view => `${JSON.stringify(toMeshReport(view, { version }), null, indent)}\n`
  }
  const { formatMesh, formatMeshFrame } = await import('../../src/ui/text/mesh.ts')
  const theme = await themeOf(flags)
  const formatted = flags.watch ? formatMeshFrame : formatMesh
  return view => formatted(view, { width: process.stdout.columns || 120, theme })
}

async function themeOf(flags: MeshFlags) {
  const { createTheme, uncoded } = await import('../../src/ui/top/theme.ts')
  const asked = { always: true, never: false, auto: undefined }[flags.color]
  const color = asked ?? (!process.env.NO_COLOR && process.stdout.isTTY)
  const locale = process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || ''
  const ascii = flags.ascii ?? !/utf-?8/i.test(locale)
  const theme = createTheme({ theme: 'default', color, ascii })
  return color ? theme : { ...theme, paint: uncoded }
}

async function once(view: MeshView, format: Format, rules: readonly MeshRule[]): Promise<void> {
  await print(format(view))
  if (view.grouping.by === 'zone') tellOfZones(view)
  judge(rules, view)
  const { rows } = view.seen.mesh
  if (view.seen.read === 0 && rows[0]) {
    throw new UserError(`no source could be read: ${rows[0].label}: ${rows[0].unread}`)
  }
}

function tellOfZones({ seen }: MeshView): void {
  if (seen.mesh.nodes.some(({ zone }) => zone !== undefined)) return
  process.stderr.write(
    'No zone is known. Give --node-labels FILE (of `kubectl get nodes -o json`); ' +
      'with k8s:// the right to list nodes is enough.\n',
  )
}

interface Watching {
  readonly keeper: MeshKeeper
  readonly reader: Reader
  readonly look: () => MeshView
  readonly format: Format
  readonly rules: readonly MeshRule[]
  readonly end: AbortSignal
}

/**
 * After each change, once a second and a tenth of the time at most, beginning with what is known after
 * a second. Ends with the first rule met once all sources were heard.
 */
async function watch({ keeper, reader, look, format, rules, end }: Watching): Promise<void> {
  let news = true
  let heard = false
  keeper.subscribe(() => {
    news = true
  })
  const reading = reader.done.then(() => {
    news = true
    heard = true
  })
  const pause = (ms: number) => systemClock.sleep(ms, end).catch(unlessAborted(end))
  await Promise.race([reading, pause(1000)])
  while (!end.aborted) {
    const startMs = performance.now()
    const view = news ? look() : undefined
    news = false
    if (view && (heard || view.seen.mesh.rows.length > 0)) await print(format(view))
    if (view && heard && judge(rules, view)) return
    const rest = pause(Math.max(1000, 9 * (performance.now() - startMs)))
    // A URI that leads nowhere ends it; what was heard need not be waited for.
    await (heard ? rest : Promise.race([rest, reading.then(() => rest)]))
  }
}

function judge(rules: readonly MeshRule[], view: MeshView): boolean {
  const met = meshRulesMet(rules, view)
  for (const rule of met) process.stderr.write(`rule met: ${rule}\n`)
  if (met.length > 0) process.exitCode = exitCodes.ruleMet
  return met.length > 0
}
