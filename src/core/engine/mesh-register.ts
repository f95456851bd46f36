import type { MeshNode } from '../model/mesh.ts'
import { type NodeName, zoneOf } from '../model/node.ts'
import type { OutcomeFacts } from '../model/outcomes.ts'
import type { RowKeeper } from './mesh-row.ts'

/** A row, and who speaks in it. */
interface Speaking {
  readonly keeper: RowKeeper
  readonly name: NodeName
}

/** Of cells for targets of which their rows say nothing: 68 bytes each. */
const leastWaste = 100_000
/** Than the list in the middle. What such a list has alone comes last: no other row pays for it. */
const muchLonger = 2

/** Gives each name a place, and takes the places of names that are gone back now and then. */
export function createRegister() {
  let names: NodeName[] = []
  let places = new Map<NodeName, number>()
  const facts = new Map<NodeName, Pick<MeshNode, 'zone' | 'leaving' | 'ip'>>()
  let kept = 0
  let accepted = 0

  const placeOf = (name: NodeName): number => {
    const known = places.get(name)
    if (known !== undefined) return known
    places.set(name, names.length)
    return names.push(name) - 1
  }

  /** Where each place went, -1 for gone; undefined where all stay. */
  const arrange = (inUse: readonly number[]): Int32Array | undefined => {
    kept = inUse.length
    if (kept === names.length && inUse.every((place, at) => place === at)) return undefined
    const moved = new Int32Array(names.length).fill(-1)
    for (const [at, place] of inUse.entries()) moved[place] = at
    names = inUse.flatMap(place => names[place] ?? [])
    places = new Map(names.map((name, place) => [name, place]))
    for (const name of facts.keys()) if (!places.has(name)) facts.delete(name)
    return moved
  }

  return {
    placeOf,
    /** Whoever knows something of a node knows it for all. */
    note(name: NodeName, { labels, leaving, ip }: OutcomeFacts = {}): void {
      const known = facts.get(name)
      if (labels ?? leaving) facts.set(name, { zone: zoneOf({ labels }), leaving, ip })
      else if (ip !== undefined && ip !== known?.ip) facts.set(name, { ...known, ip })
    },
    nodes: (unnamed: ReadonlySet<NodeName>): readonly MeshNode[] =>
      names.map(name => ({ name, unnamed: unnamed.has(name), ...facts.get(name) })),
    /** Renumbers the rows once names, or cells for nothing, are twice as many as last time. */
    tidy(rows: readonly Speaking[]): void {
      const keepers = rows.map(({ keeper }) => keeper)
      const waste = () => keepers.reduce((sum, keeper) => sum + keeper.waste(), 0)
      const isCrowded = names.length > 2 * kept + 64
      if (!isCrowded && waste() <= 2 * accepted + leastWaste) return
      const speakers = rows.map(({ name }) => placeOf(name))
      const moved = arrange(inOrder(keepers, speakers))
      if (moved) for (const keeper of keepers) keeper.renumber(moved)
      accepted = waste()
    },
  }
}

/** The places in use, as they should follow each other: those of lists that are far too long last. */
function inOrder(keepers: readonly RowKeeper[], speakers: readonly number[]): readonly number[] {
  const lists = keepers.map(keeper => keeper.targets()).filter(({ length }) => length > 0)
  const lengths = lists.map(({ length }) => length).sort((a, b) => a - b)
  const most = muchLonger * (lengths[(lengths.length - 1) >> 1] ?? 0)
  const usual = new Set(speakers)
  for (const list of lists) if (list.length <= most) for (const place of list) usual.add(place)
  const others = new Set<number>()
  for (const place of lists.flat()) if (!usual.has(place)) others.add(place)
  const sorted = (some: Iterable<number>) => [...some].sort((a, b) => a - b)
  return [...sorted(usual), ...sorted(others)]
}
