import { parentPort, workerData } from 'node:worker_threads'
import { createLedger } from './ledger.ts'
import { createOutbox, type News, type Order, type ProberSettings } from './messages.ts'
import { openMethods } from './methods.ts'
import { createRounds } from './rounds.ts'

// The thread that owns all sockets and timers. It closes what it opened even when an error ends it:
// Node knows nothing of sockets that were opened through the FFI.

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')

const settings = workerData as ProberSettings
const outbox = createOutbox()
const ledger = createLedger(outbox)
const methods = await openMethods(settings, ledger)
process.once('exit', methods.close)

const tell = (news: News) =>
  port.postMessage(news, news.kind === 'findings' ? [news.rows.buffer] : [])
const rounds = createRounds({ settings, methods, ledger, outbox, tell })

port.on('message', (order: Order) => {
  if (order.kind === 'follow') return rounds.follow(order.targets, order.intervalMs)
  if (order.kind === 'probe') return rounds.probe(order.id, order.slots)
  order.kind satisfies 'close'
  rounds.close()
  port.close()
})

rounds.start()
