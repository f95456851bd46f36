import type { History } from '../../core/model/history.ts'
import { blames } from '../../core/model/probe.ts'
import type { Glyphs } from './theme.ts'

export interface ChartOptions {
  readonly width: number
  readonly height: number
  readonly fromMs: number
  readonly toMs: number
  readonly log: boolean
  readonly glyphs: Glyphs
}

export interface Chart {
  readonly rows: readonly string[]
  /** RTT at the upper and the lower edge. */
  readonly topNs: number
  readonly bottomNs: number
}

interface Point {
  /** 0 to 1, from the left. */
  readonly x: number
  /** NaN: lost. */
  readonly ns: number
  readonly series: number
}

/**
 * RTTs as dots on a true scale from 0 to 1.5 times their 97th percentile, so that one outlier does
 * not flatten the rest: it sticks to the upper edge. Losses are marked on the lower one.
 */
export function chartOf(histories: readonly History[], options: ChartOptions): Chart {
  const points = histories.flatMap((history, series) => pointsOf(history, series, options))
  const { topNs, bottomNs } = scaleOf(points, options.log)
  const share = (ns: number) =>
    options.log
      ? Math.log(ns / bottomNs) / Math.log(topNs / bottomNs)
      : (ns - bottomNs) / (topNs - bottomNs)
  const draw = options.glyphs.braille ? drawBraille : drawLetters
  return { rows: draw(points, share, options), topNs, bottomNs }
}

function pointsOf(
  history: History,
  series: number,
  { fromMs, toMs }: ChartOptions,
): readonly Point[] {
  const points: Point[] = []
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const atMs = history.atMs(index)
    if (atMs < fromMs) break
    const reason = history.reason(index)
    if (atMs > toMs || (reason !== undefined && blames(reason) === 'prober')) continue
    points.push({ x: (atMs - fromMs) / (toMs - fromMs), ns: history.rttNs(index), series })
  }
  return points
}

function scaleOf(points: readonly Point[], log: boolean): { topNs: number; bottomNs: number } {
  const sorted = Float64Array.from(points.map(point => point.ns).filter(ns => ns > 0)).sort()
  if (sorted.length === 0) return { topNs: 1_000_000, bottomNs: log ? 1000 : 0 }
  const p97 = sorted[Math.ceil(0.97 * sorted.length) - 1] ?? 0
  if (!log) return { topNs: 1.5 * p97, bottomNs: 0 }
  const lowest = sorted[0] ?? 1
  return { topNs: Math.max(2 * lowest, sorted.at(-1) ?? 0), bottomNs: lowest / 1.5 }
}

const place = (share: number, cells: number): number =>
  Math.max(0, Math.min(cells - 1, Math.floor(share * cells)))

type Draw = (
  points: readonly Point[],
  share: (ns: number) => number,
  options: ChartOptions,
) => readonly string[]

// A braille cell has two columns of four dots; these are their bits, from the top.
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const

const drawBraille: Draw = (points, share, { width, height, glyphs }) => {
  const cells = new Uint8Array(width * height)
  const lost = new Set<number>()
  for (const { x, ns } of points) {
    const column = place(x, 2 * width)
    if (Number.isNaN(ns)) {
      lost.add(column >> 1)
      continue
    }
    const row = 4 * height - 1 - place(share(ns), 4 * height)
    const cell = (row >> 2) * width + (column >> 1)
    cells[cell] = (cells[cell] ?? 0) | (dots[row & 3]?.[column & 1] ?? 0)
  }
  return grid(width, height, (x, y) => {
    if (y === height - 1 && lost.has(x)) return glyphs.lost
    const bits = cells[y * width + x] ?? 0
    return bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits)
  })
}

const letters = ['o', '+', '*', '%']

const drawLetters: Draw = (points, share, { width, height, glyphs }) => {
  const cells = new Map<number, string>()
  for (const { x, ns, series } of points) {
    const row = Number.isNaN(ns) ? height - 1 : height - 1 - place(share(ns), height)
    const cell = row * width + place(x, width)
    if (cells.get(cell) === glyphs.lost) continue
    cells.set(cell, Number.isNaN(ns) ? glyphs.lost : (letters[series] ?? 'o'))
  }
  return grid(width, height, (x, y) => cells.get(y * width + x) ?? ' ')
}

const grid = (
  width: number,
  height: number,
  glyphAt: (x: number, y: number) => string,
): readonly string[] =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => glyphAt(x, y)).join(''),
  )
