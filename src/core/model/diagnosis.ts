import type { Found, MeshFinding, Severity } from './diagnosis-finding.ts'
import { goers, oddities } from './diagnosis-goers.ts'
import { largest } from './diagnosis-guesses.ts'
import { createLedger } from './diagnosis-ledger.ts'
import { remainders } from './diagnosis-rest.ts'
import { silences } from './diagnosis-silence.ts'
import { waysIn } from './diagnosis-ways.ts'
import { tell } from './diagnosis-words.ts'
import { causesOf } from './mesh-groups.ts'
import type { Survey } from './mesh-survey.ts'
import { naturalKey } from './natural-order.ts'

/**
 * Names what fails, the largest explanation first. What one finding explains is not told again by
 * another. The work grows with the number of cells, not with
 * that of findings.
 */
export function diagnose(seen: Survey): readonly MeshFinding[] {
  const ledger = createLedger(seen, waysIn(seen, causesOf(seen.mesh.nodes)))
  const found = [...goers(ledger), ...largest(ledger), ...remainders(ledger)]
  const all = [...found, ...oddities(seen), ...silences(seen, downIn(found))]
  return all.map(each => tell(each, seen)).sort(byWeight)
}

const downIn = (found: readonly Found[]): ReadonlySet<number> =>
  new Set(
    found
      .filter(({ shape }) => shape === 'group-down' || shape === 'node-down')
      .flatMap(({ nodes, members = [] }) => [...nodes, ...members]),
  )

const severities: readonly Severity[] = ['critical', 'warning', 'info']

const byWeight = (a: MeshFinding, b: MeshFinding) =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
  b.evidence.failing - a.evidence.failing ||
  (naturalKey(a.words) < naturalKey(b.words) ? -1 : 1)
