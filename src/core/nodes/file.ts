import type { NodeList } from '../model/node.ts'
import type { NodeSource } from '../model/source.ts'
import { countOf, unchanging } from './fixed.ts'
import { parseAs } from './parse-as.ts'
import { shapeOf } from './shapes.ts'
import { readText } from './text-file.ts'

/** The nodes of a `--nodes` file, read once. Throws a UserError with file, line and column. */
export async function fileNodes(file: string): Promise<NodeSource> {
  const list = await parseNodes(await readText(file), file)
  return unchanging(`${countOf(list.nodes)} of ${file}`, list)
}

/** The nodes of JSON or YAML text: a plain list, a map of names, or one of Cilium's documents. */
export const parseNodes = (text: string, file: string): Promise<NodeList> =>
  parseAs(text, file, { shapeOf, hint })

const hint =
  'Give a list of nodes with name, host and endpoint, or the answer of Cilium’s GET /v1/cluster/nodes.'
