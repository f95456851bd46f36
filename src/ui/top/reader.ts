import { createEventLog } from '../../core/model/events.ts'
import type { NodeName } from '../../core/model/node.ts'
import type { HealthSource } from '../../core/model/source.ts'
import { staleAfterMs } from '../../core/model/verdict.ts'
import { diagnose } from './diagnosis.ts'
import { sentence } from './event-text.ts'
import { everything, type Filter } from './filter.ts'
import { clock } from './format.ts'
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

/**
 * For screen readers: plain lines that are written once. First how things are, then what changes;
 * keys ask for more. Ends as the screen does.
 */
export async function readAloud(options: ReaderOptions): Promise<void> {
  const { source, nowMs, stdin, stdout, signal, filter = everything } = options
  const log = createEventLog()
  let told = 0
  const say = (text: string) => stdout.write(`${text}\r\n`)
  const rows = () =>
    boardOf(source.snapshot(), nowMs()).rows.filter(row => filter.matches(row, nowMs()))
  const list = (which: (row: Row) => boolean) => {
    const chosen = rows().filter(which)
    for (const row of chosen) say(rowText(row, source, nowMs()))
    if (chosen.length === 0) say('None.')
  }
  const news = () => {
    log.observe(source.snapshot())
    for (const event of log.list().toReversed()) {
      if (event.id > told) say(`${clock(event.atMs)} ${sentence(event, nowMs())}`)
      told = Math.max(told, event.id)
    }
  }
  const probing = createProbing(() => source, {
    nowMs,
    changed: () => {},
    tell: text => say(clean(text)),
  })
  const acts: Readonly<Record<string, () => void>> = {
    s: () => say(summaryText(rows())),
    l: () => list(row => row.state !== 'ok'),
    a: () => list(() => true),
    p: () => probing.start(rows().map(row => row.node.name as NodeName)),
    '?': () => say(keysText),
  }
  say(`cilium-health, ${clean(source.snapshot().origin.label)}. Keys: ${keysText}.`)
  acts.s?.()
  acts.l?.()
  const stop = source.subscribe(news)
  try {
    await keysUntilEnd(stdin, signal, key => acts[key]?.())
  } finally {
    stop()
    probing.close()
  }
}

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

const rowText = (row: Row, source: HealthSource, nowMs: number): string =>
  `${row.name}: ${row.state.toUpperCase()}, ${diagnose(row, nowMs, staleAfterMs(source.snapshot()))}.`

function summaryText(rows: readonly Row[]): string {
  const counts = nodeStates.flatMap(state => {
    const count = rows.filter(row => row.state === state).length
    return count === 0 ? [] : [`${count} ${state.toUpperCase()}`]
  })
  return `${rows.length} nodes: ${counts.join(', ') || 'none yet'}.`
}
