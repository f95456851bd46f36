/** A line of text after a key: the text itself where the key is none of an editor's. */
export function typed(text: string, stroke: string): string {
  if (stroke === 'backspace' || stroke === 'delete') return [...text].slice(0, -1).join('')
  if (stroke === 'ctrl+u') return ''
  if (stroke === 'ctrl+w') return text.replace(/\S+\s*$/, '')
  if (stroke === 'space') return `${text} `
  return [...stroke].length === 1 && text.length < longest ? text + stroke : text
}

const longest = 1000
