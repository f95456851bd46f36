import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Who asks for more before reading what is answered only fills our memory. */
const mostOpen = 16

const openAnswers = new WeakMap<Socket, number>()

/** Whether to answer a request; not one of too many at a time, whose connection ends. */
export function isWelcome({ socket }: IncomingMessage, response: ServerResponse): boolean {
  const count = openAnswers.get(socket) ?? 0
  if (count >= mostOpen) socket.destroy()
  if (socket.destroyed) return false
  openAnswers.set(socket, count + 1)
  response.once('close', () => openAnswers.set(socket, (openAnswers.get(socket) ?? 1) - 1))
  return true
}
