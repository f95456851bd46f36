import { goErrorText } from '../model/go-error.ts'
import type { ProbeAnswer, ProbeOrder } from '../model/source.ts'
import { plainText } from './plain-text.ts'
import { readStatus, refusal, type Tools, takeReport } from './poll.ts'
import type { WireReport } from './read-wire.ts'
import type { Heard } from './remote.ts'
import { refusalMark } from './tcp-words.ts'

/** An old daemon waits for dead nodes one after another. */
const probeTimeoutMs = 60_000
/** The stream tells findings within a quarter of a second. */
const arrivalTimeoutMs = 5000

/** Has our own daemon probe; resolves once the stream has brought every result. */
export async function probeByStream(
  tools: Tools,
  order: ProbeOrder,
  address: string,
): Promise<ProbeAnswer> {
  const query = order.nodes?.map(name => `node=${encodeURIComponent(name)}`).join('&') ?? ''
  const heard = await ask(tools, query === '' ? '' : `?${query}`, order.signal, address)
  if (heard.kind === 'refused') return heard
  const { report } = heard
  const asked = new Set(order.nodes ?? report.list.nodes.map(node => node.name))
  await arrival(tools, report, order.signal)
  const paths = report.list.nodes
    .filter(node => asked.has(node.name))
    .reduce((sum, node) => sum + node.paths.length, 0)
  order.onProgress?.(paths, paths)
  return { kind: 'probed', paths }
}

/** Has any daemon of Cilium's probe. Since 1.17 it answers from its cache: results stay the same. */
export async function probeByPoll(
  tools: Tools,
  order: ProbeOrder,
  address: string,
): Promise<ProbeAnswer> {
  const heard = await ask(tools, '', order.signal, address)
  if (heard.kind === 'refused') return heard
  const { report } = heard
  const news = takeReport(tools, report)
  // A result or two may be new by chance: its own round goes on meanwhile.
  if (2 * news <= report.findings.length) return { kind: 'cached' }
  const paths = report.list.nodes.reduce((sum, node) => sum + node.paths.length, 0)
  order.onProgress?.(paths, paths)
  return { kind: 'probed', paths }
}

interface Told {
  readonly kind: 'told'
  readonly report: WireReport
}

/** The status that answers the order; rejects only when aborted. A daemon that is lost answers none. */
async function ask(
  { remote, store, clock }: Tools,
  query: string,
  signal: AbortSignal,
  address: string,
): Promise<Told | (ProbeAnswer & { kind: 'refused' })> {
  const loss = lossOf(store)
  const limit = AbortSignal.any([signal, loss.signal, AbortSignal.timeout(probeTimeoutMs)])
  try {
    const heard = await remote.call('PUT', `/v1beta/status/probe${query}`, limit)
    if (heard.status === 200) return { kind: 'told', report: readStatus(heard.text, clock) }
    return { kind: 'refused', reason: whyRefused(heard) }
  } catch (error) {
    signal.throwIfAborted()
    if (loss.signal.aborted) return { kind: 'refused', reason: String(loss.signal.reason) }
    return { kind: 'refused', reason: plainText(goErrorText(error, address), 400) }
  } finally {
    loss.close()
  }
}

const refusals: Readonly<Record<number, string>> = {
  403: 'not permitted: its API has write access off',
  429: 'asked too often: try again later',
}

/** In words where they are known, and the daemon's own; ours says it all itself. */
function whyRefused(heard: Heard): string {
  if (heard.text.startsWith(refusalMark)) return plainText(heard.text, 300)
  const own = refusal('PUT /v1beta/status/probe', heard)
  const words = refusals[heard.status]
  return words === undefined ? own : `${words} (${own})`
}

/** Aborts, with the feed's reason, once the feed is lost. */
function lossOf(store: Tools['store']) {
  const loss = new AbortController()
  const look = () => {
    const { feed } = store.snapshot()
    if (feed.kind === 'lost') loss.abort(feed.reason)
  }
  const close = store.subscribe(look)
  return { signal: loss.signal, close }
}

/** Waits until what the answer tells has come by the stream too; its times are whole seconds. */
async function arrival(
  { intake, clock }: Tools,
  { findings }: WireReport,
  signal: AbortSignal,
): Promise<void> {
  const missing = () =>
    findings.some(({ path, kind, outcome }) => {
      const slot = intake.slotOf(path)
      const unprobed = outcome.kind === 'failure' && outcome.reason === 'not-permitted'
      if (unprobed) return false
      // Of a daemon that just began the answer may be here before the stream's list of nodes.
      return slot === undefined || (intake.knownMs(slot, kind) ?? 0) < outcome.atMs
    })
  for (let waitedMs = 0; missing() && waitedMs < arrivalTimeoutMs; waitedMs += 50) {
    await clock.sleep(50, signal)
  }
}
