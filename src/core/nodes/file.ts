import type { NodeList } from '../model/node.ts'
import type { NodeSource } from '../model/source.ts'
import { countOf, unchanging } from './fixed.ts'
import { parseAs } from './parse-as.ts'
import { shapeOf } from './shapes.ts'
import { readText } from './text-file.ts'

/** The nodes of a `--nodes` file, read once; `-` is stdin. Throws a UserError with file, line and column. */
export async function fileNodes(file: string): Promise<NodeSource> {
  const name = file === '-' ? 'stdin' : file
  const list = await parseNodes(await readText(file), name)
  return unchanging(`${countOf(list.nodes)} of ${name}`, list)
}

/** The nodes of JSON or YAML text: a plain list, a map of names, or one of Cilium's documents. */
export const parseNodes = (text: string, file: string): Promise<NodeList> =>
  parseAs(text, file, { shapeOf, hint })

const hint = `Give a list of nodes, each in one of these ways, or the answer of Cilium’s GET /v1/cluster/nodes:
  - a=10.0.0.1,10.244.0.9
  - {name: b, host: 10.0.0.2, endpoint: 10.244.1.9}`
