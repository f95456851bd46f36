import { connect, type NetConnectOpts } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends a request as it stands and reads until the other side closes. */
export function raw(to: NetConnectOpts, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(to, () => socket.write(request))
    let heard = ''
    socket.setTimeout(15_000, () => socket.destroy(new Error('nothing came for 15 s')))
    socket.on('data', chunk => {
      heard += chunk
    })
    socket.once('close', () => resolve(heard))
    socket.once('error', reject)
  })
}

/** A request as Go's client sends it, on a connection of its own. */
export async function ask(
  to: NetConnectOpts,
  method: string,
  path: string,
  headers = 'Accept: application/json\r\n',
): Promise<RawAnswer> {
  const heard = await raw(
    to,
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Go-http-client/1.1\r\n${headers}Connection: close\r\n\r\n`,
  )
  return parsedAnswer(heard)
}

export function parsedAnswer(heard: string): RawAnswer {
  const end = heard.indexOf('\r\n\r\n')
  const [line = '', ...fields] = heard.slice(0, end).split('\r\n')
  return {
    status: Number(line.split(' ')[1]),
    headers: Object.fromEntries(
      fields.map(field => [
        field.slice(0, field.indexOf(':')).toLowerCase(),
        field.slice(field.indexOf(':') + 2),
      ]),
    ),
    body: heard.slice(end + 4),
  }
}
