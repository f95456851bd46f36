import type { Found } from './diagnosis-finding.ts'
import type { Ledger } from './diagnosis-ledger.ts'
import type { Evidence } from './diagnosis-scope.ts'
import { allLanes } from './mesh.ts'
import type { Survey } from './mesh-survey.ts'

/** More of them than this are told together. */
const mostSingly = 20

/** Nodes on their way out, or in: no failure, whatever those who still list them find. */
export function goers(ledger: Ledger): Found[] {
  const { going, rank } = ledger.seen
  const found = [...going]
    .sort(([a], [b]) => (rank[a] ?? 0) - (rank[b] ?? 0))
    .flatMap(([node, { kind, why }]): Found[] => {
      const scope = { kind: 'node', node, out: true, in: true } as const
      const { evidence, example } = ledger.claim(scope, allLanes)
      if (evidence.failing === 0) return []
      const where = { nodes: [node], groups: [], evidence, example }
      return [{ shape: kind, layer: 'all', detail: why, ...where }]
    })
  if (found.length <= mostSingly) return found
  const reason = ({ shape, detail }: Found) => (shape === 'leaving' ? shape : `${shape} ${detail}`)
  return [...Map.groupBy(found, reason).values()].map(together)
}

function together(found: readonly Found[]): Found {
  const [first] = found as [Found]
  if (found.length === 1) return first
  return {
    ...first,
    nodes: found.flatMap(({ nodes }) => nodes),
    evidence: found.map(({ evidence }) => evidence).reduce(sum),
    ...(first.shape === 'leaving' ? { detail: 'few sources list them' } : {}),
  }
}

const sum = (a: Evidence, b: Evidence): Evidence => ({
  failing: a.failing + b.failing,
  known: a.known + b.known,
  sources: Math.max(a.sources, b.sources),
})

/** Sources that list what nobody else knows. */
export const oddities = ({ oddLists, mesh }: Survey): readonly Found[] =>
  oddLists.map(({ row, names }) => ({
    shape: 'odd-list',
    layer: 'all',
    nodes: [mesh.rows[row]?.node ?? -1],
    groups: [],
    evidence: { failing: 0, known: 0, sources: 1 },
    detail: `${names}`,
  }))
