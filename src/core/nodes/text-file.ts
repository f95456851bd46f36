import { createReadStream } from 'node:fs'
import { UserError } from '../errors.ts'

const maxBytes = 64 * 1024 * 1024

/** The text of a file or a pipe; `-` is stdin. Throws a UserError where it cannot be read, is too large or no UTF-8. */
export async function readText(file: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
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
