import type { Clock } from '../clock.ts'
import type { Mesh } from '../model/mesh.ts'
import type { NodeName } from '../model/node.ts'
import { type Outcomes, outcomesOf } from '../model/outcomes.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { HealthSource } from '../model/source.ts'
import { createRegister } from './mesh-register.ts'
import { createRow, type RowKeeper } from './mesh-row.ts'

/** Who is asked. */
export interface MeshSource {
  /** Tells the sources apart: a URI. */
  readonly label: string
  /** The node that it speaks for; without it, the one that it says itself. */
  readonly name?: NodeName | undefined
  /** What the command line wants besides, to be let in there. */
  readonly access?: readonly string[] | undefined
}

/** Merges what many sources tell into one matrix. */
export interface MeshKeeper {
  /** Follows a source until `close`; the source itself stays the caller's. */
  follow(of: MeshSource, source: HealthSource): void
  /** Takes one answer. Nothing of the snapshot is kept, and its ages stay what they are now. */
  take(of: MeshSource, snapshot: Snapshot, outcomes?: Outcomes): void
  /** Keeps the place of a source that could not be read, and why. */
  miss(of: MeshSource, reason: string): void
  /** Forgets a source: it was taken out, it did not fail. */
  drop(of: MeshSource): void
  /** The matrix now. */
  mesh(): Mesh
  /** Calls `listener` when a source that is followed has news; returns the way to stop. */
  subscribe(listener: () => void): () => void
  close(): void
}

interface Entry {
  readonly keeper: RowKeeper
  /** Whether the name was given: then it does not follow what the source says. */
  readonly named: boolean
  name: NodeName
  unnamed: boolean
  /** A source that is followed is read when the matrix is asked for, if it had news. */
  source: HealthSource | undefined
  dirty: boolean
  /** When it was taken. Nobody waits for the next answer of one that is not followed. */
  takenAtMs: number
  stop: () => void
}

export function createMesh({ clock }: { readonly clock: Pick<Clock, 'nowMs'> }): MeshKeeper {
  const entries = new Map<string, Entry>()
  const listeners = new Set<() => void>()
  const register = createRegister()

  const entryOf = (of: MeshSource): Entry => {
    const { label, name } = of
    const known = entries.get(label)
    if (known) return known
    const entry: Entry = {
      keeper: createRow(of, register.placeOf),
      named: name !== undefined,
      name: name ?? (label as NodeName),
      unnamed: name === undefined,
      source: undefined,
      dirty: false,
      takenAtMs: 0,
      stop: () => {},
    }
    entries.set(label, entry)
    return entry
  }

  const takeInto = (entry: Entry, snapshot: Snapshot, outcomes: Outcomes) => {
    if (!entry.named && snapshot.self !== undefined) {
      entry.name = snapshot.self
      entry.unnamed = false
    }
    for (const name of outcomes.names) register.note(name, outcomes.factsOf(name))
    entry.takenAtMs = clock.nowMs()
    entry.keeper.take(snapshot, outcomes, entry.takenAtMs)
    register.tidy([...entries.values()])
  }

  const readNews = () => {
    for (const entry of entries.values()) {
      if (entry.source === undefined || !entry.dirty) continue
      entry.dirty = false
      const snapshot = entry.source.snapshot()
      takeInto(entry, snapshot, entry.source.outcomes?.() ?? outcomesOf(snapshot.nodes))
    }
  }

  return {
    follow(of, source) {
      const entry = entryOf(of)
      entry.stop()
      entry.source = source
      entry.dirty = true
      entry.stop = source.subscribe(() => {
        entry.dirty = true
        for (const listener of listeners) listener()
      })
    },
    take: (of, snapshot, outcomes = outcomesOf(snapshot.nodes)) =>
      takeInto(entryOf(of), snapshot, outcomes),
    miss: (of, reason) => entryOf(of).keeper.miss(reason),
    drop({ label }) {
      entries.get(label)?.stop()
      entries.delete(label)
    },
    mesh() {
      readNews()
      const takenAtMs = clock.nowMs()
      const rows = [...entries.values()]
      for (const { name } of rows) register.placeOf(name)
      register.tidy(rows)
      return {
        takenAtMs,
        nodes: register.nodes(new Set(rows.filter(row => row.unnamed).map(row => row.name))),
        rows: rows.map(entry => {
          const atMs = entry.source === undefined ? entry.takenAtMs : takenAtMs
          return entry.keeper.row(register.placeOf(entry.name), atMs)
        }),
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    close() {
      for (const { stop } of entries.values()) stop()
      listeners.clear()
    },
  }
}
