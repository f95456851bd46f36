import { createReadStream } from 'node:fs'
import * as v from 'valibot'
import { UserError } from '../errors.ts'
import type { NodeList } from '../model/node.ts'
import type { NodeSource } from '../model/source.ts'
import { parseDocument } from './document.ts'
import { countOf, unchanging } from './fixed.ts'
import { shapeOf } from './shapes.ts'
import { printable } from './text.ts'

const maxBytes = 64 * 1024 * 1024

/** The nodes of a `--nodes` file, read once. Throws a UserError with file, line and column. */
export async function fileNodes(file: string): Promise<NodeSource> {
  const list = await parseNodes(await readText(file), file)
  return unchanging(`${countOf(list.nodes)} of ${file}`, list)
}

/** The nodes of JSON or YAML text: a plain list, a map of names, or one of Cilium's documents. */
export async function parseNodes(text: string, file: string): Promise<NodeList> {
  const document = await parseDocument(text, file)
  const found = v.safeParse(shapeOf(document.data), document.data, { abortEarly: true })
  if (found.success) return found.output
  const [issue] = found.issues
  const path = (issue.path ?? []).map(item => item.key as string | number)
  throw new UserError(
    `${await document.locate(path)}: ${printable(issue.message.slice(0, 300))}`,
    hint,
  )
}

const hint =
  'Give a list of nodes with name, host and endpoint, or the answer of Cilium’s GET /v1/cluster/nodes.'

async function readText(file: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of createReadStream(file)) {
      bytes += chunk.length
      if (bytes > maxBytes) throw new UserError(`${file} is larger than 64 MiB`)
      chunks.push(chunk)
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`Cannot read ${file}: ${(error as Error).message}`)
  }
}
