import type { IncomingMessage, Server } from 'node:http'

/** No request here has a body that matters: it is read away, up to a limit, then cut off. */
export function boundBody(request: IncomingMessage, maxBytes: number): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) request.socket.destroy()
  })
}

/** Ends a server and every connection that it still has. */
export const closed = (server: Server): Promise<void> =>
  new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
