import { closeSync, openSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import type { Cell, Sheet } from './sheet.ts'
import { padEnd, widthOf } from './text.ts'

/** A key for each format. */
export const exportFormats: Readonly<Record<string, ExportFormat>> = {
  c: 'csv',
  j: 'json',
  t: 'txt',
}
export type ExportFormat = 'csv' | 'json' | 'txt'

const titles = { table: 'nodes', mesh: 'mesh', detail: 'node', events: 'events' } as const

/** The name that is offered for the file of a view. */
export const firstName = (view: { page: keyof typeof titles }, format: ExportFormat): string =>
  `cilium-health-${titles[view.page]}.${format}`

/** A view as the text of a file. */
export const exportText = (sheet: Sheet, format: ExportFormat): string => writers[format](sheet)

const writers = { csv, json, txt } satisfies Record<ExportFormat, (sheet: Sheet) => string>

/** RFC 4180; what a spreadsheet would take for a formula is quoted with an apostrophe. */
function csv({ heading, rows }: Sheet): string {
  return [heading, ...rows].map(cells => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

function csvCell(cell: Cell): string {
  const text = textOf(cell)
  if (typeof cell !== 'string') return text
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const textOf = (cell: Cell): string => (cell === undefined ? '' : String(cell))

function json({ heading, rows }: Sheet): string {
  const objects = rows.map(cells =>
    Object.fromEntries(heading.map((name, index) => [name, cells[index] ?? null])),
  )
  return `${JSON.stringify(objects, null, 2)}\n`
}

function txt({ heading, rows }: Sheet): string {
  const all = [heading, ...rows.map(cells => cells.map(textOf))]
  const widths = heading.map((_, column) =>
    all.reduce((widest, cells) => Math.max(widest, widthOf(cells[column] ?? '')), 0),
  )
  return all
    .map(
      cells =>
        `${cells
          .map((cell, column) => padEnd(cell, widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

const mostNumbers = 99

/**
 * Writes a new file, `~/` in the user's home, and never over another: where there is one, the name gets a number. Returns the
 * name; throws what the file system says.
 */
export function writeNew(wanted: string, text: string): string {
  const name = wanted.replace(/^~(?=\/)/, homedir)
  for (let number = 1; ; number += 1) {
    const tried = number === 1 ? name : name.replace(/(\.[^./]*)?$/, `-${number}$1`)
    try {
      const file = openSync(tried, 'wx')
      try {
        writeSync(file, text)
      } finally {
        closeSync(file)
      }
      return tried
    } catch (error) {
      const exists = (error as NodeJS.ErrnoException).code === 'EEXIST'
      if (!exists || number === mostNumbers) throw error
    }
  }
}
