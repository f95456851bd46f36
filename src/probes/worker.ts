import { parentPort, workerData } from 'node:worker_threads'
import { noteDescriptors } from './descriptors.ts'
import { createLedger } from './ledger.ts'
import { createOutbox, type Inheritance, type News, type Order } from './messages.ts'
import { openMethods } from './methods.ts'
import { createRounds } from './rounds.ts'
import { loadSockets } from './sockets.ts'

// The thread that owns all sockets and timers. What it leaves open when it is lost the main thread closes.

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')

const { settings, descriptors } = workerData as Inheritance
const outbox = createOutbox()
const ledger = createLedger(outbox)
const sockets = await loadSockets(noteDescriptors(descriptors))
const methods = await openMethods(settings, sockets, ledger)
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
