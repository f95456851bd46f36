// A process of its own: answers /hello on `count` loopback addresses, then says its port.
import { createServer } from 'node:net'

const count = Number(process.argv[2])
let port = 0
const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

for (let index = 0; index < count; index += 1) {
  const server = createServer(socket => {
    socket.on('error', () => {}).once('data', () => socket.end(answer))
  })
  const address = `127.60.${Math.floor(index / 250)}.${1 + (index % 250)}`
  await new Promise<void>(done => server.listen({ host: address, port, backlog: 512 }, done))
  const bound = server.address()
  if (typeof bound === 'object' && bound) port = bound.port
}
process.send?.(port)
process.once('disconnect', () => process.exit())
