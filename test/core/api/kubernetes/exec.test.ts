import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { exec } from '../../../../src/core/api/kubernetes/exec.ts'

/** An API server that opens the stream, and does with it what it is told. */
async function server(autoPong: boolean, act: (socket: WebSocket) => void) {
  const sockets = new WebSocketServer({
    ...{ host: '127.0.0.1', port: 0, autoPong },
    handleProtocols: ([first]) => first ?? false,
  })
  sockets.on('connection', act)
  await once(sockets, 'listening')
  onTestFinished(() => {
    for (const each of sockets.clients) each.terminate()
    sockets.close()
  })
  return `http://127.0.0.1:${(sockets.address() as AddressInfo).port}`
}

const execution = { namespace: 'x', pod: 'p', container: 'c', command: ['cilium-health'] }
const beat = { everyMs: 20, patienceMs: 300 }
const run = (at: string, signal = AbortSignal.timeout(20_000)) =>
  exec(at, execution, {}, signal, beat)

test('a connection that answers no ping is given up, long before the command’s own time is over', async () => {
  const at = await server(false, () => {})
  await expect(run(at)).rejects.toThrow('nothing heard from the API server for 0.3 s')
})

test('a command that takes its time over a connection that answers is waited for', async () => {
  const at = await server(true, socket => {
    setTimeout(() => {
      socket.send(Buffer.from('\u0001{}'))
      socket.send(Buffer.from('\u0003{"status":"Success"}'))
      socket.close(1000)
    }, 1000)
  })
  expect(await run(at)).toBe('{}')
})
