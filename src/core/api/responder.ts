import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { UserError } from '../errors.ts'
import { boundBody, closed } from './http-bounds.ts'
import { isWelcome } from './pipeline.ts'
import { pathOf } from './request-path.ts'

export interface ResponderOptions {
  /** 0: any free one; see `port` of the result. */
  readonly port: number
  /** All addresses, IPv4 and IPv6, when left out. */
  readonly addresses?: readonly string[]
  /** Answers what is not a probe; without it that is not found. */
  readonly others?: RequestListener | undefined
}

export interface Responder {
  readonly port: number
  /** Resolves with the first error after which answering makes no sense. */
  readonly failed: Promise<Error>
  close(): Promise<void>
}

/**
 * Answers HTTP probes: `/hello` as Cilium since 1.6 asks, `/v1beta/hello` as 1.5 does, whatever the
 * method; nothing else. Throws a UserError where an address cannot be had.
 */
export async function createResponder({
  port,
  addresses,
  others = notFound,
}: ResponderOptions): Promise<Responder> {
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>()
  const servers: Server[] = []
  const close = async () => {
    await Promise.all(servers.map(closed))
  }
  let bound = port
  try {
    for (const address of addresses ?? [undefined]) {
      const server = createServer(limits, (request, response) => {
        if (isProbe(request)) found(request, response)
        else others(request, response)
      })
      // Probes come in at most a few a second from each node; beyond, newcomers are turned away.
      server.maxConnections = maxConnections
      servers.push(server)
      bound = await listen(server, bound, address)
      server.on('error', fail)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { port: bound, failed, close }
}

const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  /** Longer than a prober's interval in a small cluster: its connection may stay. */
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2000,
}
const maxConnections = 10_000
const maxBodyBytes = 64 * 1024

const paths = new Set(['/hello', '/v1beta/hello'])
const empty = { 'Content-Length': '0' }

const isProbe = ({ url }: IncomingMessage) => paths.has(pathOf(url))

const answer =
  (status: number): RequestListener =>
  (request, response) => {
    if (!isWelcome(request, response)) return
    response.writeHead(status, empty)
    response.end()
    boundBody(request, maxBodyBytes)
  }
const found = answer(200)
const notFound = answer(404)

function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      // A kernel without IPv6 has no "all addresses" of both kinds.
      if (error.code === 'EAFNOSUPPORT' && host === undefined) {
        resolve(listen(server, port, '0.0.0.0'))
      } else reject(explained(error, host ?? '*', port))
    }
    server.once('error', refuse)
    server.listen({ port, ...(host === undefined ? {} : { host }), backlog: 1024 }, () => {
      server.off('error', refuse)
      const address = server.address()
      resolve(typeof address === 'object' ? (address?.port ?? port) : port)
    })
  })
}

const hints: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another responder or a Cilium agent has it; choose another with --port',
  EADDRNOTAVAIL: 'This machine does not have that address',
  EACCES: 'This user may not listen there; choose a port above 1023',
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const hint = hints[error.code ?? '']
  return hint === undefined
    ? error
    : new UserError(`Cannot listen on ${host} port ${port}: ${error.code}`, hint)
}
