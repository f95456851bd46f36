import type { History } from '../../core/model/history.ts'
import { blames, type ProbeKind } from '../../core/model/probe.ts'
import type { Line, Span } from './line.ts'
import type { Glyphs, Tone } from './theme.ts'

export interface Series {
  readonly kind: ProbeKind
  readonly history: History
}

export interface ChartOptions {
  readonly width: number
  readonly height: number
  readonly fromMs: number
  readonly toMs: number
  /** Samples further apart than this are not joined: nobody knows what was between them. */
  readonly gapMs: number
  readonly log: boolean
  readonly glyphs: Glyphs
}

export interface Chart {
  /** The plot, and below it a row for each series that lost probes. */
  readonly rows: readonly Line[]
  readonly lost: readonly ProbeKind[]
  /** RTT at the upper and the lower edge. */
  readonly topNs: number
  readonly bottomNs: number
}

interface Point {
  /** 0 to 1, from the left. */
  readonly x: number
  readonly atMs: number
  /** NaN: no reply. */
  readonly ns: number
  readonly lost: boolean
}

/** How a series is told from the other: the second one is dotted, so that it needs no colour. */
const styles = {
  icmp: { tone: 'info', dotted: false, letters: ['o', '-', '|'], sign: '⠒⠒', asciiSign: 'o-' },
  http: { tone: 'plain', dotted: true, letters: ['+', '.', ':'], sign: '⠢⠔', asciiSign: '+.' },
} as const satisfies Record<
  ProbeKind,
  { tone: Tone; dotted: boolean; letters: readonly string[]; sign: string; asciiSign: string }
>

/** The sign of a series in a legend. */
export const signOf = (kind: ProbeKind, { braille }: Glyphs): Span => [
  braille ? styles[kind].sign : styles[kind].asciiSign,
  styles[kind].tone,
]

/**
 * RTTs as steps on a true scale from 0 to 1.5 times their 97th percentile, rounded up so that it
 * stays put: one outlier does not flatten the rest, it sticks to the upper edge. Losses have a row of
 * their own below it.
 */
export function chartOf(series: readonly Series[], options: ChartOptions): Chart {
  const drawn = series.map(each => ({ ...each, points: pointsOf(each.history, options) }))
  const losing = drawn.filter(({ points }) => points.some(({ lost }) => lost))
  const height = Math.max(1, options.height - losing.length)
  const { topNs, bottomNs } = scaleOf(
    drawn.flatMap(({ points }) => points),
    options.log,
  )
  const share = (ns: number) =>
    options.log
      ? Math.log(ns / bottomNs) / Math.log(topNs / bottomNs)
      : (ns - bottomNs) / (topNs - bottomNs)
  const canvas = options.glyphs.braille ? brailleCanvas : letterCanvas
  const plot = canvas(options.width, height)
  for (const { kind, points } of drawn) trace(points, share, plot, kind, options.gapMs)
  const losses = losing.map(({ points }) => lossRow(points, options))
  return {
    rows: [...plot.rows(), ...losses].slice(0, options.height),
    lost: losing.map(({ kind }) => kind),
    topNs,
    bottomNs,
  }
}

function pointsOf(history: History, { fromMs, toMs }: ChartOptions): readonly Point[] {
  const points: Point[] = []
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const atMs = history.atMs(index)
    if (atMs < fromMs) break
    if (atMs > toMs) continue
    const reason = history.reason(index)
    const lost = reason !== undefined && blames(reason) === 'target'
    points.push({ x: (atMs - fromMs) / (toMs - fromMs), atMs, ns: history.rttNs(index), lost })
  }
  return points.reverse()
}

function scaleOf(points: readonly Point[], log: boolean): { topNs: number; bottomNs: number } {
  const sorted = Float64Array.from(points.map(point => point.ns).filter(ns => ns > 0)).sort()
  if (sorted.length === 0) return { topNs: 1_000_000, bottomNs: log ? 1000 : 0 }
  const p97 = sorted[Math.ceil(0.97 * sorted.length) - 1] ?? 0
  if (!log) return { topNs: roundUp(1.5 * p97), bottomNs: 0 }
  const lowest = sorted[0] ?? 1
  const bottomNs = 10 ** Math.floor(Math.log10(lowest))
  return { topNs: roundUp(Math.max(2 * lowest, sorted.at(-1) ?? 0)), bottomNs }
}

const steps = [1, 1.4, 2, 3, 4, 6, 8, 10]

function roundUp(ns: number): number {
  const base = 10 ** Math.floor(Math.log10(ns))
  const step = steps.find(each => each * base >= ns * (1 - 1e-9)) ?? 10
  return Math.round(step * base)
}

/** Where a series is drawn, in dots or in letters; the lowest row is 0. */
interface Canvas {
  readonly columns: number
  readonly lines: number
  dot(x: number, y: number, kind: ProbeKind, part: Part): void
  rows(): readonly Line[]
}
type Part = 'sample' | 'across' | 'up'

const place = (share: number, cells: number): number =>
  Math.max(0, Math.min(cells - 1, Math.floor(share * cells)))

interface Place {
  readonly x: number
  readonly y: number
  readonly atMs: number
}

/** A step from each sample to the next; a lost one, or a long silence, leaves a gap. */
function trace(
  points: readonly Point[],
  share: (ns: number) => number,
  canvas: Canvas,
  kind: ProbeKind,
  gapMs: number,
): void {
  let before: Place | undefined
  for (const { x, atMs, ns } of points) {
    const own = Number.isNaN(ns)
      ? undefined
      : { x: place(x, canvas.columns), y: place(share(ns), canvas.lines), atMs }
    if (own !== undefined && before !== undefined && atMs - before.atMs <= gapMs) {
      join(before, own, canvas, kind)
    }
    if (own !== undefined) canvas.dot(own.x, own.y, kind, 'sample')
    before = own
  }
}

/** On the level of the first to below the second, and up or down to it. */
function join(from: Place, to: Place, canvas: Canvas, kind: ProbeKind): void {
  for (let x = from.x + 1; x < to.x; x += 1) canvas.dot(x, from.y, kind, 'across')
  const [lower, upper] = [Math.min(from.y, to.y), Math.max(from.y, to.y)]
  for (let y = lower; y <= upper; y += 1) canvas.dot(to.x, y, kind, 'up')
}

// A braille cell has two columns of four dots; these are their bits, from the bottom.
const bits = [
  [0x40, 0x80],
  [0x04, 0x20],
  [0x02, 0x10],
  [0x01, 0x08],
] as const

function brailleCanvas(width: number, height: number): Canvas {
  const cells = new Uint8Array(width * height)
  const owners: ProbeKind[] = []
  return {
    columns: 2 * width,
    lines: 4 * height,
    dot(x, y, kind, part) {
      if (part !== 'sample' && styles[kind].dotted && (x + y) % 2 !== 0) return
      const cell = (height - 1 - (y >> 2)) * width + (x >> 1)
      cells[cell] = (cells[cell] ?? 0) | (bits[y & 3]?.[x & 1] ?? 0)
      owners[cell] ??= kind
    },
    rows: () =>
      grid(width, height, cell => {
        const owner = owners[cell]
        if (owner === undefined) return [' ']
        return [String.fromCharCode(0x2800 + (cells[cell] ?? 0)), styles[owner].tone]
      }),
  }
}

const parts: readonly Part[] = ['sample', 'across', 'up']

function letterCanvas(width: number, height: number): Canvas {
  const cells: { readonly kind: ProbeKind; readonly part: Part }[] = []
  return {
    columns: width,
    lines: height,
    dot(x, y, kind, part) {
      const cell = (height - 1 - y) * width + x
      if (cells[cell]?.part !== 'sample') cells[cell] = { kind, part }
    },
    rows: () =>
      grid(width, height, cell => {
        const own = cells[cell]
        if (own === undefined) return [' ']
        const { letters, tone } = styles[own.kind]
        return [letters[parts.indexOf(own.part)] ?? 'o', tone]
      }),
  }
}

function lossRow(points: readonly Point[], { width, glyphs }: ChartOptions): Line {
  const lost = new Set(points.flatMap(point => (point.lost ? [place(point.x, width)] : [])))
  return grid(width, 1, x => [lost.has(x) ? glyphs.lost : ' ', 'crit'])[0] ?? []
}

/** Rows of cells; neighbours of one tone are one piece. */
function grid(width: number, height: number, cellAt: (cell: number) => Span): readonly Line[] {
  return Array.from({ length: height }, (_, y) => {
    const line: [string, Tone | undefined][] = []
    for (let x = 0; x < width; x += 1) {
      const [text, tone] = cellAt(y * width + x)
      const last = line.at(-1)
      if (last !== undefined && (text === ' ' || last[1] === tone)) last[0] += text
      else line.push([text, text === ' ' ? undefined : tone])
    }
    return line
  })
}
