/** Where the value at `path` begins in valid JSON, or the nearest thing around it: an offset. */
export function jsonPlace(text: string, path: readonly (string | number)[]): number {
  let at = skipSpace(text, 0)
  for (const key of path) {
    const child = childPlace(text, at, key)
    if (child === undefined) break
    at = child
  }
  return at
}

function childPlace(text: string, parent: number, key: string | number): number | undefined {
  const isObject = text[parent] === '{'
  if (!isObject && text[parent] !== '[') return undefined
  let at = skipSpace(text, parent + 1)
  for (let index = 0; text[at] !== '}' && text[at] !== ']'; index += 1) {
    let name: string | number = index
    if (isObject) {
      const end = stringEnd(text, at)
      name = JSON.parse(text.slice(at, end)) as string
      at = skipSpace(text, skipSpace(text, end) + 1)
    }
    if (name === key) return at
    at = skipSpace(text, valueEnd(text, at))
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return undefined
}

function valueEnd(text: string, start: number): number {
  let depth = 0
  let at = start
  do {
    const character = text[at] ?? ''
    if (character === '{' || character === '[') depth += 1
    if (character === '}' || character === ']') depth -= 1
    at = character === '"' ? stringEnd(text, at) : at + 1
  } while (depth > 0 || !/[\s,\]}]/.test(text[at] ?? ','))
  return at
}

function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (/\s/.test(text[at] ?? '')) at += 1
  return at
}
