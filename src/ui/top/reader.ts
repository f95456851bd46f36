import { createEventLog } from '../../core/model/events.ts'
import { probeKinds } from '../../core/model/probe.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { HealthSource } from '../../core/model/source.ts'
import { staleAfterMs } from '../../core/model/verdict.ts'
import { diagnose } from './diagnosis.ts'
import { sentence } from './event-text.ts'
import { everything, type Filter } from './filter.ts'
import { clock, count, rtt } from './format.ts'
import { createProbing } from './probing.ts'
import { boardOf, type Row } from './rows.ts'
import { nodeStates } from './state.ts'
import { clean } from './text.ts'

export interface ReaderOptions {
  readonly source: HealthSource
  readonly nowMs: () => number
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly signal: AbortSignal
  readonly filter?: Filter | undefined
}

const keysText = 's summary, l nodes that are not OK, a all nodes, p probe all, q quit'
/** So long a round may take until what is known of it is told. */
const firstRoundMs = 15_000

/**
 * For screen readers: plain lines that are written once. First how things are, once there is a full
 * round, then what changes; keys ask for more. Ends as the screen does.
 */
export async function readAloud(options: ReaderOptions): Promise<void> {
  const { source, nowMs, stdin, stdout, signal, filter = everything } = options
  const log = createEventLog()
  const say = (text: string) => stdout.write(`${text}\r\n`)
  const rows = () =>
    boardOf(source.snapshot(), nowMs()).rows.filter(row => filter.matches(row, nowMs()))
  const list = (which: (row: Row) => boolean) => {
    const chosen = rows().filter(which)
    for (const row of chosen) say(rowText(row, source, nowMs()))
    if (chosen.length === 0) say('None.')
  }
  const probing = createProbing(() => source, {
    nowMs,
    changed: () => {},
    tell: text => say(clean(text)),
  })
  const probe = () => {
    const nodes = rows().map(row => row.node.name)
    if (probing.progress() === undefined) say(`Probing ${count(nodes.length, 'node')}.`)
    probing.start(nodes)
  }
  const acts: Readonly<Record<string, () => void>> = {
    s: () => say(summaryText(rows())),
    l: () => list(row => row.state !== 'ok'),
    a: () => list(() => true),
    p: probe,
    '?': () => say(keysText),
  }
  // The newest event that was told; undefined until the first round is.
  let told: number | undefined
  const begin = () => {
    acts.s?.()
    acts.l?.()
    told = log.list()[0]?.id ?? 0
  }
  const news = () => {
    log.observe(source.snapshot())
    if (told === undefined) {
      if (isRound(source.snapshot(), rows())) begin()
      return
    }
    for (const event of log.list().toReversed()) {
      if (event.id > told) say(`${clock(event.atMs)} ${sentence(event, nowMs())}`)
      told = Math.max(told, event.id)
    }
  }
  say(`cilium-health, ${clean(source.snapshot().origin.label)}. Keys: ${keysText}.`)
  news()
  if (told === undefined) say('Waiting for the first round.')
  const stop = source.subscribe(news)
  const patience = setTimeout(() => told === undefined && begin(), firstRoundMs)
  try {
    await keysUntilEnd(stdin, signal, key => acts[key]?.())
  } finally {
    clearTimeout(patience)
    stop()
    probing.close()
  }
}

/** Whether all nodes were probed, or nothing is to be expected. */
const isRound = ({ feed }: Snapshot, rows: readonly Row[]): boolean =>
  feed.kind === 'lost' || (feed.kind === 'live' && rows.every(row => row.state !== 'new'))

/** Hands on each key; resolves on q, Ctrl-C, the end of input, or the signal. */
function keysUntilEnd(
  stdin: NodeJS.ReadStream,
  signal: AbortSignal,
  press: (key: string) => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const read = (chunk: Buffer | string) => {
    for (const key of String(chunk)) {
      if (key === 'q' || key === '\x03') resolve()
      else press(key)
    }
  }
  const end = () => resolve()
  stdin.setRawMode(true)
  stdin.on('data', read)
  stdin.once('end', end)
  signal.addEventListener('abort', end)
  return promise.finally(() => {
    stdin.off('data', read)
    stdin.off('end', end)
    stdin.pause()
    signal.removeEventListener('abort', end)
  })
}

function rowText(row: Row, source: HealthSource, nowMs: number): string {
  const why = diagnose(row, nowMs, staleAfterMs(source.snapshot()))
  return `${[`${row.name}: ${row.state.toUpperCase()}`, why, ...rttTexts(row)].join(', ')}.`
}

/** What the probes of the primary addresses took, where they were answered. */
const rttTexts = ({ host, endpoint }: Row): readonly string[] =>
  [host, endpoint].flatMap(path =>
    probeKinds.flatMap(kind => {
      const last = path?.probes[kind].last
      return last?.kind === 'reply' ? [`${path?.to} ${kind} ${rtt(last.rttNs)}`] : []
    }),
  )

function summaryText(rows: readonly Row[]): string {
  const counts = nodeStates.flatMap(state => {
    const number = rows.filter(row => row.state === state).length
    return number === 0 ? [] : [`${number} ${state.toUpperCase()}`]
  })
  return `${count(rows.length, 'node')}: ${counts.join(', ') || 'none yet'}.`
}
