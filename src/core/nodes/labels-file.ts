import * as v from 'valibot'
import { type FactsOf, type NodeFacts, zoneLabel } from '../model/node.ts'
import type { NodeSource } from '../model/source.ts'
import { labelMap, labelText } from './labels.ts'
import { parseAs } from './parse-as.ts'
import { isObject, maxNodes } from './shapes.ts'
import { readText } from './text-file.ts'

type Table = ReadonlyMap<string, NodeFacts>

const tooMany = `there are more than ${maxNodes} nodes`
const hint = 'Give what `kubectl get nodes -o json` prints, or a map of NODE: ZONE.'

/**
 * The labels of nodes by name, of a `--node-labels` file: what `kubectl get nodes -o json` (or yaml)
 * prints, or a map of names and zones, or of names and labels. Throws a UserError with file, line and
 * column.
 */
export async function fileLabels(file: string): Promise<FactsOf> {
  return byName(await parseLabels(await readText(file), file))
}

/** The labels in JSON or YAML text. */
export const parseLabels = (text: string, file: string): Promise<Table> =>
  parseAs(text, file, { shapeOf, hint })

/** In a mesh of clusters Cilium calls a node `cluster/node`; Kubernetes knows it as `node`. */
export const byName =
  (table: Table): FactsOf =>
  name =>
    table.get(name) ?? table.get(name.slice(name.indexOf('/') + 1))

/** A source whose nodes have the facts of a file besides their own. */
export const withFacts = (source: NodeSource, factsOf: FactsOf): NodeSource => ({
  ...source,
  async *watch(...args) {
    for await (const list of source.watch(...args)) {
      yield { ...list, nodes: list.nodes.map(node => ({ ...factsOf(node.name), ...node })) }
    }
  },
})

const kubernetes = v.pipe(
  v.object({
    items: v.pipe(
      v.array(
        v.object({
          metadata: v.object({ name: v.string(), labels: v.optional(labelMap, {}) }),
        }),
      ),
      v.maxLength(maxNodes, tooMany),
    ),
  }),
  v.transform(
    ({ items }): Table =>
      new Map(items.map(({ metadata: { name, labels } }) => [name, { labels }] as const)),
  ),
)

/** A zone alone, or labels. */
const ofName = v.lazy(
  (input): v.GenericSchema<unknown, NodeFacts> =>
    isObject(input)
      ? v.pipe(
          labelMap,
          v.transform(labels => ({ labels })),
        )
      : v.pipe(
          labelText,
          v.transform(zone => ({ labels: { [zoneLabel]: zone } })),
        ),
)

const byNames = v.pipe(
  v.custom<object>(isObject, 'there are no labels of nodes here'),
  v.record(v.string(), ofName),
  v.transform(map => Object.entries(map as Readonly<Record<string, NodeFacts>>)),
  v.maxLength(maxNodes, tooMany),
  v.transform((entries): Table => new Map(entries)),
)

const shapeOf = (data: unknown): v.GenericSchema<unknown, Table> =>
  isObject(data) && Array.isArray(data.items) ? kubernetes : byNames
