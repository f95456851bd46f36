import type { Found, MeshFinding, Severity } from './diagnosis-finding.ts'
import { largest } from './diagnosis-guesses.ts'
import { islandsOf } from './diagnosis-islands.ts'
import { createLedger, type Ledger } from './diagnosis-ledger.ts'
import { remainders } from './diagnosis-rest.ts'
import { silences } from './diagnosis-silence.ts'
import { tell } from './diagnosis-words.ts'
import { allLanes } from './mesh.ts'
import type { Grouping } from './mesh-groups.ts'
import type { Survey } from './mesh-survey.ts'

export interface DiagnosisOptions {
  /** By which failures of groups are looked for; without groups, islands are looked for. */
  readonly grouping?: Grouping
}

/**
 * Names what fails, the largest explanation first. What one finding explains is not told again by
 * another. The work grows with the number of cells, not with that of findings.
 */
export function diagnose(seen: Survey, options: DiagnosisOptions = {}): readonly MeshFinding[] {
  const grouping = groupingFor(seen, options.grouping)
  const ledger = createLedger(seen, grouping)
  const found = [
    ...goers(ledger),
    ...largest(ledger, { wholeGroups: grouping.by !== 'none' }),
    ...remainders(ledger),
  ]
  const all = [...found, ...silences(seen, downIn(ledger, found))]
  return all.map(each => tell(each, seen)).sort(byWeight)
}

function downIn({ groupOf, groupNames }: Ledger, found: readonly Found[]): ReadonlySet<number> {
  const down = (shape: Found['shape']) => found.filter(each => each.shape === shape)
  const groups = new Set(down('group-down').flatMap(each => each.groups))
  const members = [...groupOf.keys()].filter(node =>
    groups.has(groupNames[groupOf[node] ?? -1] ?? ''),
  )
  return new Set([...members, ...down('node-down').flatMap(each => each.nodes)])
}

/** A partition shows without any groups given, too. */
function groupingFor(seen: Survey, grouping: Grouping | undefined): Grouping {
  const useful = grouping !== undefined && grouping.by !== 'none' && grouping.names.length > 1
  return useful ? grouping : islandsOf(seen)
}

const severities: readonly Severity[] = ['critical', 'warning', 'info']

const byWeight = (a: MeshFinding, b: MeshFinding) =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
  b.evidence.failing - a.evidence.failing ||
  (a.words < b.words ? -1 : 1)

/** Nodes on their way out, or in: no failure, whatever those who still list them find. */
function goers(ledger: Ledger): Found[] {
  const { seen } = ledger
  return seen.mesh.nodes.flatMap(({ leaving: why }, node) => {
    const listedBy = seen.listedBy[node] ?? 0
    const isLeaving = seen.read >= 3 && listedBy > 0 && 2 * listedBy < seen.read
    if (why === undefined && !isLeaving) return []
    const scope = { kind: 'node', node, out: true, in: true } as const
    const { evidence, example } = ledger.claim(scope, allLanes)
    if (evidence.failing === 0) return []
    const shape = why === undefined ? 'leaving' : 'expected'
    const detail = why ?? `${listedBy} of ${seen.read} sources still list it`
    return [{ shape, layer: 'all', nodes: [node], groups: [], evidence, example, detail } as const]
  })
}
