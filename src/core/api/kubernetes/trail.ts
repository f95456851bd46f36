import { codes, laneCount, lanes, reasonOfCode } from '../../model/mesh.ts'
import type { NodeName } from '../../model/node.ts'
import type { Outcomes } from '../../model/outcomes.ts'
import type { Outcome } from '../../model/probe.ts'
import type { Intake } from '../intake.ts'
import type { WireReport } from '../read-wire.ts'

/** What an earlier answer told: two bytes a lane, at the time of its newest outcome. */
export interface Footprint {
  readonly names: readonly NodeName[]
  readonly atMs: number
  readonly codes: Uint8Array
  /** The logarithm of the RTT, in steps of nine percent. */
  readonly rtt: Uint8Array
}

/** Of all sources of a cluster together. */
const maxBytes = 32e6
const mostKept = 60
const leastKept = 2
const stepsPerOctave = 8

/** The trail with one answer more, which is left behind; as long as so many sources can afford. */
export function longer(
  trail: readonly Footprint[],
  { names, newestMs, ...cells }: Outcomes,
  sources: number,
): readonly Footprint[] {
  if (newestMs === 0) return trail
  const affordable = Math.floor(maxBytes / (2 * sources * cells.codes.length))
  const kept = Math.min(mostKept, Math.max(leastKept, affordable))
  const rtt = Uint8Array.from(cells.rttNs, ns => stepsPerOctave * Math.log2(Math.max(1, ns)))
  return [...trail, { names, atMs: newestMs, codes: cells.codes, rtt }].slice(-kept)
}

/** Tells what the trail knows of the primary addresses of a report, as if it were heard again. */
export function retell(trail: readonly Footprint[], report: WireReport, intake: Intake): void {
  const lists = new Set(trail.map(({ names }) => names))
  const placesIn = new Map([...lists].map(names => [names, placesOf(names)]))
  const primaries = report.list.nodes.flatMap(({ paths }) =>
    paths.filter(({ rank }) => rank === 'primary'),
  )
  for (const footprint of trail) {
    const places = placesIn.get(footprint.names)
    const findings = primaries.flatMap(path => {
      const slot = intake.slotOf(path)
      const place = places?.get(path.node)
      if (slot === undefined || place === undefined) return []
      return lanes.flatMap(({ to, kind }, lane) => {
        const outcome = to === path.to ? outcomeAt(footprint, laneCount * place + lane) : undefined
        return outcome ? [{ slot, kind, outcome }] : []
      })
    })
    intake.record(findings, (atMs, knownMs) => atMs !== knownMs)
  }
}

const placesOf = (names: readonly NodeName[]) =>
  new Map(names.map((name, place) => [name, place] as const))

function outcomeAt({ codes: told, rtt, atMs }: Footprint, at: number): Outcome | undefined {
  const code = told[at] ?? codes.absent
  const reason = reasonOfCode(code)
  if (reason !== undefined) return { kind: 'failure', atMs, reason, detail: '' }
  if (code !== codes.reply) return undefined
  return { kind: 'reply', atMs, rttNs: 2 ** ((rtt[at] ?? 0) / stepsPerOctave), clock: 'unknown' }
}
